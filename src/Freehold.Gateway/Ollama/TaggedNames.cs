using Freehold.Gateway.Serving;

namespace Freehold.Gateway.Ollama;

/// <summary>Ollama's names have a tag, <c>x:latest</c> where none is given.</summary>
internal static class TaggedNames
{
    private const string Latest = ":latest";

    /// <summary>The model as Ollama's clients list it.</summary>
    public static string Of(string id) => HasTag(id) ? id : id + Latest;

    /// <summary>The model that a request names, with the tag <c>latest</c> or without.</summary>
    /// <exception cref="RefusedException">None is named (400), or none has that name (404).</exception>
    public static ModelCard Find(IModelDirectory directory, string? name)
    {
        if (name is not null && !directory.TryFind(name, out _))
        {
            var other = name.EndsWith(Latest, StringComparison.Ordinal) ? name[..^Latest.Length] : HasTag(name) ? name : name + Latest;
            if (directory.TryFind(other, out var model))
                return model;
        }
        return ModelNames.Find(directory, name);
    }

    private static bool HasTag(string name) => name.LastIndexOf(':') > name.LastIndexOf('/');
}
