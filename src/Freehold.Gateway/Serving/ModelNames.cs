namespace Freehold.Gateway.Serving;

/// <summary>Finds the model that a request names.</summary>
public static class ModelNames
{
    /// <summary>The model of that name, loaded or not.</summary>
    /// <exception cref="RefusedException">None is named (400), or none has that name (404).</exception>
    public static ModelCard Find(IModelDirectory directory, string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw RefusedException.Field("model", $"You must provide a model parameter; served here: {NamesOf(directory)}.", ErrorCodes.MissingRequiredParameter);
        return directory.TryFind(name, out var model) ? model : throw Unknown(directory, name);
    }

    /// <summary>The model of that name, which must answer conversations.</summary>
    /// <exception cref="RefusedException">None is named or it does something else (400), or none has that name (404).</exception>
    public static ModelCard FindChat(IModelDirectory directory, string? name)
    {
        var card = Find(directory, name);
        return card.Chats ? card : throw RefusedException.Field("model", $"The model '{card.Id}' {card.Does} and cannot chat.", ErrorCodes.UnsupportedValue);
    }

    /// <summary>The refusal of a name that no model has.</summary>
    public static RefusedException Unknown(IModelDirectory directory, string name) =>
        new(new Refusal(404, ErrorCodes.ModelNotFound, "model", $"The model '{Short(name)}' does not exist here; served: {NamesOf(directory)}."));

    private const int NamesTold = 12;

    private static string NamesOf(IModelDirectory directory)
    {
        var models = directory.Models;
        return models.Count == 0 ? "no model at all"
            : string.Join(", ", models.Take(NamesTold).Select(model => $"'{model.Id}'")) + (models.Count > NamesTold ? $" and {models.Count - NamesTold} more (GET /v1/models lists them)" : "");
    }

    private static string Short(string name) => name.Length <= 200 ? name : name[..200] + "...";
}
