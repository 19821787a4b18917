using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Models.Templates;

namespace Freehold.Engine.Chat;

/// <summary>
/// Which conversations a chat template can show, asked of the template itself by rendering some, and the one rule by which others are mapped to those
/// (docs/templates.md): a system message that cannot be shown where it stands becomes a user message there, and messages that may not follow one another are joined by
/// a blank line. Nothing is dropped and nothing changes its place.
/// </summary>
/// <param name="System">A system message at the beginning.</param>
/// <param name="RepeatedSystem">Several system messages at the beginning.</param>
/// <param name="LateSystem">A system message behind others.</param>
/// <param name="RepeatedRole">Two messages in a row of the user, and of the assistant.</param>
/// <param name="Names">The name of a message's author.</param>
public sealed record MessageShape(bool System, bool RepeatedSystem, bool LateSystem, bool RepeatedRole, bool Names)
{
    private const string First = "freehold-probe-1f", Second = "freehold-probe-2e", Third = "freehold-probe-3d", Fourth = "freehold-probe-4c";

    /// <summary>Asks a template.</summary>
    public static MessageShape Of(Func<JsonObject, RenderedPrompt> render)
    {
        ArgumentNullException.ThrowIfNull(render);
        return new(
            Shows(render, ("system", First), ("user", Second)),
            Shows(render, ("system", First), ("system", Second), ("user", Third)),
            Shows(render, ("user", First), ("assistant", Second), ("system", Third), ("user", Fourth)),
            Shows(render, ("user", First), ("user", Second), ("assistant", Third), ("user", Fourth))
                && Shows(render, ("user", First), ("assistant", Second), ("assistant", Third), ("user", Fourth)),
            ShowsNames(render));
    }

    /// <summary>The messages as the template can show them.</summary>
    public JsonArray Apply(JsonArray messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var shaped = new JsonArray();
        var leading = true;
        foreach (var message in messages)
        {
            var next = (JsonObject)message!.DeepClone();
            var isSystem = IsOf(next, "system");
            if (isSystem && !(leading ? System : LateSystem))
                next["role"] = "user";
            leading &= isSystem;
            var before = shaped.Count > 0 ? (JsonObject)shaped[^1]! : null;
            if (before is not null && MustJoin(before, next))
                Join(before, next);
            else
                shaped.Add((JsonNode)next);
        }
        return shaped;
    }

    /// <summary>The rule for this template, for people.</summary>
    public string Explain()
    {
        var rules = new List<string>(4);
        if (!System)
            rules.Add("a system message becomes a user message where it stands");
        else if (!LateSystem)
            rules.Add("a system message behind others becomes a user message where it stands");
        if (System && !RepeatedSystem)
            rules.Add("system messages in a row are joined by a blank line");
        if (!RepeatedRole)
            rules.Add("messages of one role in a row are joined by a blank line");
        return rules.Count == 0 ? "every message is shown as it is" : string.Join("; ", rules);
    }

    private bool MustJoin(JsonObject before, JsonObject next) =>
        IsOf(before, "system") && IsOf(next, "system") ? !RepeatedSystem
        : !RepeatedRole && IsPlain(before) && IsPlain(next) && (string?)before["role"] == (string?)next["role"];

    private static void Join(JsonObject before, JsonObject next)
    {
        before["content"] = $"{(string?)before["content"]}\n\n{(string?)next["content"]}";
        if ((string?)before["name"] != (string?)next["name"])
            before.Remove("name");
    }

    private static bool IsOf(JsonObject message, string role) => (string?)message["role"] == role;

    // Calls of tools and their results have a form of their own, which joining would break.
    private static bool IsPlain(JsonObject message) => message["content"] is JsonValue && message.All(pair => pair.Key is "role" or "content" or "name");

    // Each text must show, in the order of the conversation.
    private static bool Shows(Func<JsonObject, RenderedPrompt> render, params ReadOnlySpan<(string Role, string Text)> conversation)
    {
        var messages = new JsonArray();
        foreach (var (role, text) in conversation)
            messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = text });
        var prompt = Render(render, messages);
        var at = 0;
        foreach (var (_, text) in conversation)
        {
            at = prompt.IndexOf(text, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
        }
        return true;
    }

    private static bool ShowsNames(Func<JsonObject, RenderedPrompt> render) =>
        Render(render, [new JsonObject { ["role"] = "user", ["content"] = First, ["name"] = Second }]).Contains(Second, StringComparison.Ordinal);

    private static string Render(Func<JsonObject, RenderedPrompt> render, JsonArray messages)
    {
        try
        {
            return render(new JsonObject { ["messages"] = messages, ["add_generation_prompt"] = true }).Text;
        }
        catch (Exception error) when (error is TemplateRefusedException or TemplateErrorException or RequestRefusedException)
        {
            return "";
        }
    }
}
