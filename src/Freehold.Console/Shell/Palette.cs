using System.Globalization;
using System.Text;
using MudBlazor;

namespace Freehold.Pages.Shell;

/// <summary>The colours of a theme, told once: to the stylesheet as variables, and to MudBlazor.</summary>
/// <param name="Paper">Behind everything.</param>
/// <param name="Surface">Of what lies on it.</param>
/// <param name="Sunken">Of what lies below it: the rail, code.</param>
/// <param name="Line">Between things.</param>
/// <param name="Text">Words.</param>
/// <param name="Quiet">Words that may be overlooked.</param>
/// <param name="Accent">What can be done.</param>
/// <param name="OnAccent">Words on the accent.</param>
/// <param name="Tint">The accent as a background.</param>
/// <param name="Warn">What deserves a look.</param>
/// <param name="Bad">What failed.</param>
internal sealed record Palette(string Paper, string Surface, string Sunken, string Line, string Text, string Quiet, string Accent, string OnAccent, string Tint, string Warn, string Bad)
{
    /// <summary>By day.</summary>
    public static Palette Light { get; } = new("#fbfaf7", "#ffffff", "#f3f1ec", "#e3dfd6", "#1c1e1b", "#66695f", "#1f6a49", "#ffffff", "#e4efe8", "#8a5a00", "#a4312a");

    /// <summary>By night.</summary>
    public static Palette Dark { get; } = new("#121412", "#191c19", "#161916", "#2b302b", "#e5e8e2", "#979d93", "#74c69d", "#0d1a13", "#1b2c23", "#dba94a", "#ec8a80");

    /// <summary>Both as custom properties: the theme is an attribute of the document, so that a page is right before anything has run.</summary>
    public static string Css { get; } = $":root{{{Light.Variables()}}}:root[data-theme=dark]{{{Dark.Variables()}}}";

    /// <summary>Both as MudBlazor wants them. Its own font would come from the network; the system's own do.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = Light.Fill(new PaletteLight()),
        PaletteDark = Dark.Fill(new PaletteDark()),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = Plain(new DefaultTypography(), "0.9375rem", "400"),
            Body1 = Plain(new Body1Typography(), "0.9375rem", "400"),
            Body2 = Plain(new Body2Typography(), "0.875rem", "400"),
            Subtitle1 = Plain(new Subtitle1Typography(), "0.875rem", "400"),
            Caption = Plain(new CaptionTypography(), "0.75rem", "400"),
            H6 = Plain(new H6Typography(), "1rem", "600"),
            Button = Plain(new ButtonTypography(), "0.875rem", "550"),
        },
    };

    private static T Plain<T>(T typography, string size, string weight)
        where T : BaseTypography
    {
        (typography.FontFamily, typography.FontSize, typography.FontWeight) = (["var(--sans)"], size, weight);
        (typography.LineHeight, typography.LetterSpacing, typography.TextTransform) = ("1.5", "0", "none");
        return typography;
    }

    private string Variables()
    {
        var css = new StringBuilder();
        foreach (var (name, value) in new[]
        {
            ("paper", Paper), ("surface", Surface), ("sunken", Sunken), ("line", Line), ("text", Text), ("quiet", Quiet),
            ("accent", Accent), ("on-accent", OnAccent), ("tint", Tint), ("warn", Warn), ("bad", Bad),
        })
            css.Append(CultureInfo.InvariantCulture, $"--{name}:{value};");
        return css.ToString();
    }

    private T Fill<T>(T palette)
        where T : MudBlazor.Palette
    {
        palette.Background = Paper;
        palette.Surface = Surface;
        palette.Primary = Accent;
        palette.PrimaryContrastText = OnAccent;
        palette.Secondary = Quiet;
        palette.TextPrimary = Text;
        palette.TextSecondary = Quiet;
        palette.ActionDefault = Quiet;
        palette.Divider = Line;
        palette.LinesDefault = Line;
        palette.LinesInputs = Line;
        palette.TableLines = Line;
        palette.Error = Bad;
        palette.Warning = Warn;
        palette.Success = Accent;
        palette.Info = Accent;
        return palette;
    }
}
