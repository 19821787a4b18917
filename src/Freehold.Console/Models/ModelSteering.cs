using Freehold.Gateway.Serving;

namespace Freehold.Pages.Models;

/// <summary>What the server lets its pages steer.</summary>
/// <param name="Life">Loads and unloads; null where nobody may.</param>
/// <param name="Library">Fetches and removes; null where that is for the command line alone.</param>
internal sealed record ModelSteering(IModelLife? Life, IModelLibrary? Library);
