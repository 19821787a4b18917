using System.Globalization;
using System.Text;

namespace Freehold.Models.Templates.Syntax;

/// <summary>String literals: Python's <c>unicode-escape</c>.</summary>
internal static class StringLiteral
{
    /// <summary>The value of what stands between the quotes; an unknown escape stays as it is, as in Python.</summary>
    public static string Unescape(ReadOnlySpan<char> raw, int line)
    {
        if (!raw.Contains('\\')) return raw.ToString();
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 >= raw.Length)
            {
                text.Append(raw[i]);
                continue;
            }
            var c = raw[++i];
            switch (c)
            {
                case '\n': break;
                case 'n': text.Append('\n'); break;
                case 't': text.Append('\t'); break;
                case 'r': text.Append('\r'); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'v': text.Append('\v'); break;
                case '\\' or '\'' or '"': text.Append(c); break;
                case 'x': Hex(raw, ref i, 2, text, line); break;
                case 'u': Hex(raw, ref i, 4, text, line); break;
                case 'U': Hex(raw, ref i, 8, text, line); break;
                case 'N': throw new TemplateFault("characters by name (\\N{...}) are not supported; write \\u and the code", line);
                case >= '0' and <= '7': Octal(raw, ref i, text); break;
                default: text.Append('\\').Append(c); break;
            }
        }
        return text.ToString();
    }

    private static void Hex(ReadOnlySpan<char> raw, ref int i, int digits, StringBuilder text, int line)
    {
        if (i + digits >= raw.Length || !uint.TryParse(raw.Slice(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
            throw new TemplateFault($"a \\{raw[i]} escape needs {digits} hexadecimal digits of a character", line);
        i += digits;
        if (code < 0x10000) text.Append((char)code);
        else text.Append(char.ConvertFromUtf32((int)code));
    }

    private static void Octal(ReadOnlySpan<char> raw, ref int i, StringBuilder text)
    {
        var code = raw[i] - '0';
        for (var n = 0; n < 2 && i + 1 < raw.Length && raw[i + 1] is >= '0' and <= '7'; n++) code = code * 8 + (raw[++i] - '0');
        text.Append((char)code);
    }
}
