using Freehold.Gateway.Answers;
using Freehold.Gateway.OpenAi.Responses.Answers;
using Freehold.Gateway.OpenAi.Responses.Items;
using Freehold.Gateway.Serving;

namespace Freehold.Gateway.OpenAi.Responses;

/// <summary>One response to be made.</summary>
/// <param name="State">What it has become so far.</param>
/// <param name="Model">Who answers.</param>
/// <param name="Generation">What the model is asked.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Input">The request's own items, each with an id.</param>
/// <param name="Seal">Seals thinking; null where nobody asked for that.</param>
internal sealed record ResponseRun(ResponseState State, ServedModel Model, Generation Generation, string Owner, IReadOnlyList<Item> Input, Func<string, string>? Seal);
