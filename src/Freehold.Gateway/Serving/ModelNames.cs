namespace Freehold.Gateway.Serving;

/// <summary>Finds the model that a request names.</summary>
internal static class ModelNames
{
    /// <summary>The model of that name, loaded or not.</summary>
    /// <exception cref="RefusedException">None is named (400), or none has that name (404).</exception>
    public static ModelCard Find(IModelDirectory directory, string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw RefusedException.Field("model", $"You must provide a model parameter; served here: {NamesOf(directory)}.", "missing_required_parameter");
        return directory.TryFind(name, out var model) ? model : throw Unknown(directory, name);
    }

    /// <summary>The refusal of a name that no model has.</summary>
    public static RefusedException Unknown(IModelDirectory directory, string name) =>
        new(new Refusal(404, "model_not_found", "model", $"The model '{Short(name)}' does not exist here; served: {NamesOf(directory)}."));

    private static string NamesOf(IModelDirectory directory) =>
        directory.Models.Count == 0 ? "no model at all" : string.Join(", ", directory.Models.Select(model => $"'{model.Id}'"));

    private static string Short(string name) => name.Length <= 200 ? name : name[..200] + "...";
}
