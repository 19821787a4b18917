namespace Freehold.Catalog.Resolution;

/// <summary>Finds the <c>models</c> folder that comes with the program.</summary>
public static class EmbeddedModels
{
    /// <summary>
    /// <c>models</c> beside the executable, or, where the program runs from a checkout (<c>dotnet run</c>), the checkout's: the folder that holds
    /// <c>Freehold.slnx</c> is found by walking up. Null where there is neither.
    /// </summary>
    /// <param name="baseFolder">The program's folder, <see cref="AppContext.BaseDirectory"/>.</param>
    public static string? Folder(string baseFolder)
    {
        var beside = Path.Combine(baseFolder, "models");
        if (Directory.Exists(beside))
            return beside;
        for (var folder = new DirectoryInfo(baseFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Freehold.slnx")))
                return Path.Combine(folder.FullName, "models") is var models && Directory.Exists(models) ? models : null;
        }
        return null;
    }
}
