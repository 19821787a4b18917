namespace Freehold.Catalog;

/// <summary>Where a setting's value is from.</summary>
public enum SettingSource
{
    /// <summary>Nobody said anything.</summary>
    Default,

    /// <summary>The store's <c>config.json</c>.</summary>
    ConfigFile,

    /// <summary>An environment variable, which goes first.</summary>
    Environment,
}

/// <summary>A setting as it is in force.</summary>
/// <param name="Variable">The environment variable that sets it.</param>
/// <param name="Key">Its key in <c>config.json</c>, or null where it has none.</param>
/// <param name="Value">Its value as people may see it: secrets say only that they are set. Null where there is none.</param>
/// <param name="Source">Where the value is from.</param>
public sealed record EffectiveSetting(string Variable, string? Key, string? Value, SettingSource Source);
