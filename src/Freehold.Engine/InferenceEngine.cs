using Freehold.Engine.Constraints;
using Freehold.Engine.Memory;
using Freehold.Engine.Metering;
using Freehold.Engine.Pages;
using Freehold.Engine.Refusals;
using Freehold.Engine.Sequences;
using Freehold.Engine.Streams;
using Freehold.Engine.Text;
using Freehold.Grammars;
using Freehold.Kernels.Machine;

namespace Freehold.Engine;

/// <summary>
/// Serves one model to many at once: continuous batching over paged keys and values, on one thread of its own that sleeps when there is nothing to do.
/// The same prompt, parameters and seed give the same tokens alone or among others.
/// </summary>
public sealed partial class InferenceEngine : IDisposable
{
    /// <summary>Log-probabilities of a prompt's tokens, alternatives included, that one request may ask for: they are kept until they are read.</summary>
    public const int MaxPromptScores = 250_000;

    private readonly EngineCore _core;
    private readonly EngineMeters _meters;
    private readonly TokenTexts _texts;
    private readonly ConstraintBook _constraints;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Action _wakeUp;
    private readonly Thread? _thread;
    private volatile bool _stop;
    private volatile Exception? _fault;
    private int _disposed;

    /// <summary>Takes over the model and its draft (disposed with the engine) and starts serving.</summary>
    /// <exception cref="ModelRefusedException">It does not fit the memory there is, or what the options ask for.</exception>
    public InferenceEngine(EngineModel model, EngineOptions? options = null) : this(model, options, start: true) { }

    // Tests step the engine themselves.
    internal InferenceEngine(EngineModel model, EngineOptions? options, bool start)
    {
        options ??= new EngineOptions();
        Model = model;
        Plan = MemoryPlan.Choose(model.Causal, options, AvailableMemory.Around(model.Causal, model.Draft), options.Speculation ? model.Draft : null);
        _texts = new TokenTexts(model.Tokenizer, model.Answers?.Markers);
        _meters = new EngineMeters(model.Id);
        _constraints = new ConstraintBook(_texts, Math.Min(model.Tokenizer.VocabularySize, model.Causal.Shape.VocabularySize), model.Tokenizer.Special.EndOfGeneration);
        _core = new EngineCore(model, Plan, options, _meters);
        _wakeUp = () =>
        {
            _core.NoteCancel();
            _wake.Set();
        };
        if (!start)
            return;
        _thread = new Thread(Loop) { IsBackground = true, Name = "freehold-engine" };
        _thread.Start();
    }

    /// <summary>The model served.</summary>
    public EngineModel Model { get; }

    /// <summary>What was chosen, and why.</summary>
    public MemoryPlan Plan { get; }

    /// <summary>
    /// Bytes of keys and values that it cannot do without: one whole context, so that everything it has accepted can be ended. Where the system takes no memory back, all of them.
    /// </summary>
    public long LeastKvBytes => UnusedMemory.CanBeGivenBack ? PageTable.PagesFor(Plan.Context) * PageBytes : Plan.KvBytes;

    internal EngineCore Core => _core;

    private long PageBytes => Model.Causal.State.PageBytes;

    /// <summary>Begins an answer. It makes progress whether it is read or not, until <see cref="Sequence.MaxUnreadTokens"/> (256) tokens wait to be read.</summary>
    /// <exception cref="RequestRefusedException">It cannot be honoured; the message has the numbers.</exception>
    public GenerationStream Submit(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        if (_fault is { } fault)
            throw new GenerationFailedException($"the engine has stopped: {fault.Message}. Load the model again", fault);
        ObjectDisposedException.ThrowIf(_stop, this);
        var maxTokens = Check(request);
        var constraint = request.Constraint is { } asked ? ConstrainedBy(asked, maxTokens) : null;
        var thinking = request.Thinking is { } ceiling ? new BoundedThinking(ceiling, ceiling.Closing(Model.Tokenizer), _texts.Longest) : null;
        var sequence = new Sequence(request, maxTokens, _texts, Model.Tokenizer.Special.EndOfGeneration, _wakeUp, cancellationToken, constraint, thinking);
        try
        {
            _core.Enter(sequence);
        }
        catch (RequestRefusedException)
        {
            sequence.Stream.End();
            throw;
        }
        _wake.Set();
        if (_stop && _thread is not null)
            sequence.Stream.End(new ObjectDisposedException(nameof(InferenceEngine), "the engine is closed"));
        return sequence.Stream;
    }

    /// <summary>
    /// Gives up memory for keys and values, or has it again. Cached prefixes go first; streams that run beyond what is left wait and go on later, with the same tokens.
    /// </summary>
    /// <param name="kvBytes">What shall be left of it; <see cref="LeastKvBytes"/> at least and <see cref="MemoryPlan.KvBytes"/> at most are.</param>
    /// <returns>Bytes that it has now.</returns>
    public async Task<long> ResizeAsync(long kvBytes)
    {
        var changed = _core.ResizeAsync((int)(Math.Clamp(kvBytes, LeastKvBytes, Plan.KvBytes) / PageBytes));
        _wake.Set();
        if (_stop)
            _core.EndResizing();
        return await changed * PageBytes;
    }

    /// <summary>Makes a constraint ready ahead of the requests that use it, and tells what of it isn't enforced.</summary>
    /// <exception cref="RequestRefusedException">It cannot be enforced; the message says what of it, and <c>Data["pointer"]</c> where.</exception>
    public CompiledGrammar Compile(Constraint constraint) => _constraints.Compile(constraint);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _stop = true;
        _wake.Set();
        if (_thread is not null)
            _thread.Join();
        else
            _core.End(new ObjectDisposedException(nameof(InferenceEngine)));
        _meters.Dispose();
        _core.Dispose();
        Model.Draft?.Causal.Dispose();
        Model.Causal.Dispose();
    }

    private void Loop()
    {
        try
        {
            while (!_stop)
            {
                if (!_core.Step())
                    _wake.WaitOne();
            }
            _core.End(new ObjectDisposedException(nameof(InferenceEngine), "the engine was closed before the answer was complete"));
        }
        catch (Exception fault)
        {
            // Its state cannot be trusted any more, but the process and what else it serves can: everybody is told.
            _fault = fault;
            _stop = true;
            _core.End(new GenerationFailedException($"the engine has stopped: {fault.Message}", fault));
        }
    }
}
