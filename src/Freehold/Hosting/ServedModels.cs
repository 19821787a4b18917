using Freehold.Engine;
using Freehold.Engine.Refusals;
using Freehold.Gateway.Serving;
using Freehold.Models.Templates;
using Freehold.Planning;

namespace Freehold.Hosting;

/// <summary>Models that are loaded once and then served as long as this lives; owns them all.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly List<RunningModel> _running = [];

    /// <summary>What each model got, a line a model, for people.</summary>
    public IEnumerable<string> Choices => _running.SelectMany(running => running.Choices);

    /// <summary>The models, as requests find them.</summary>
    public FixedModelDirectory Directory => new([.. _running.Select(running => running.Served)]);

    /// <summary>Takes over a model and starts what serves it.</summary>
    /// <param name="open">The model.</param>
    /// <param name="options">How its engine serves.</param>
    /// <param name="plan">Says what is to be expected of it, given what its engine uses (null for an encoder); null for nobody to tell.</param>
    public void Add(OpenModel open, EngineOptions options, Func<OpenModel, Engine.Memory.MemoryPlan?, ServingPlan>? plan = null) =>
        _running.Add(RunningModel.Start(open, options, plan));

    public void Dispose()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
            _running[i].Dispose();
        _running.Clear();
    }

    /// <summary>What a requester may know of the engine's failures.</summary>
    internal static Refusal? Explain(Exception failure) => failure switch
    {
        RequestRefusedException refused => new Refusal(StatusOf(refused.Code), refused.Code, refused.Parameter, refused.Message,
            refused.Code == RefusalCodes.QueueFull ? refused.RetryAfter ?? TimeSpan.FromSeconds(1) : refused.RetryAfter),
        TemplateRefusedException refused => new Refusal(400, RefusalCodes.TemplateRefused, "messages", refused.Message),
        TemplateErrorException error => new Refusal(400, ErrorCodes.TemplateError, "messages", error.Message),
        GenerationFailedException failed => new Refusal(500, ErrorCodes.GenerationFailed, null, failed.Message),
        ObjectDisposedException => new Refusal(503, ErrorCodes.Stopping, null, "The model is being closed; try again in a moment.", TimeSpan.FromSeconds(5)),
        _ => null,
    };

    private static int StatusOf(string code) => code switch
    {
        RefusalCodes.QueueFull or RefusalCodes.DeadlineUnreachable => 429,
        RefusalCodes.ModelNotFound => 404,
        _ => 400,
    };
}
