namespace Freehold.Kernels.Threads;

/// <summary>Finds the folders of the cgroups, version 1 or 2, that limit this process.</summary>
internal static class CgroupFiles
{
    /// <summary>
    /// The process's own cgroup for a controller and every one above it, each of which may limit it. Within a container the path
    /// /proc names is often not there, because the mount begins at the container's own cgroup: then only the root counts.
    /// </summary>
    public static IEnumerable<string> Folders(string root, string membership, string controller)
    {
        foreach (var line in (TryRead(membership) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // hierarchy-ID:controller-list:cgroup-path; version 2 has "0::path".
            var parts = line.Split(':', 3);
            if (parts.Length != 3)
                continue;
            if (parts[1].Length == 0)
            {
                foreach (var folder in Upwards(root, parts[2]))
                    yield return folder;
            }
            else if (parts[1].Split(',').Contains(controller))
            {
                foreach (var folder in Upwards(Path.Combine(root, controller), parts[2]))
                    yield return folder;
                if (parts[1] != controller)
                    foreach (var folder in Upwards(Path.Combine(root, parts[1]), parts[2]))
                        yield return folder;
            }
        }
    }

    /// <summary>A small file's text without white space around it; null where it cannot be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            // Most of those asked for are not there, and a process's first exception costs milliseconds.
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Upwards(string mount, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Contains(".."))
            parts = [];
        for (var take = parts.Length; take >= 0; take--)
            yield return Path.Combine([mount, .. parts[..take]]);
    }
}
