using System.Reflection;

namespace Freehold.Gateway.Hosting;

/// <summary>Which Freehold this is.</summary>
internal static class Release
{
    /// <summary>Its version, without the commit.</summary>
    public static string Version { get; } = typeof(Release).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
