using System.Globalization;
using System.Text.Json.Nodes;

namespace Freehold.Tests.Commands;

/// <summary>The commands that need a model, through the real executable.</summary>
public class ModelCommandsTests
{
    private static string Stories => SharedData.Require("models/stories260K-f32.gguf");

    private static async Task<Run> RunAsync(params string[] arguments)
    {
        // A home of its own: the catalogue of whoever runs the tests plays no part.
        var home = Path.Combine(Path.GetTempPath(), "freehold-tests-" + Guid.NewGuid().ToString("N"));
        return await Executable.RunAsync(arguments, "", new Dictionary<string, string?> { ["FREEHOLD_DATA"] = home, ["FREEHOLD_OFFLINE"] = "1" });
    }

    [Fact]
    public async Task Tokenize_gives_ids_and_pieces_also_of_a_vocabulary_alone()
    {
        var run = await RunAsync("tokenize", SharedData.Require("data/tokenizers/ggml-vocab-llama-spm.gguf"), "Hello world", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""{"ids":[1,15043,3186],"pieces":["<s>","▁Hello","▁world"]}""", run.Output.TrimEnd());
        Assert.Empty(run.Error);
        var bare = await RunAsync("tokenize", SharedData.Require("data/tokenizers/ggml-vocab-llama-spm.gguf"), "Hello world", "--json", "--no-bos");
        Assert.Equal([15043, 3186], bare.Json["ids"]!.AsArray().Select(id => (int)id!));
    }

    [Theory]
    [InlineData(3, "tokenize", "no-such-model", "x")]
    [InlineData(3, "run", "./no/such/file.gguf", "--prompt", "x")]
    [InlineData(2, "tokenize", "MODEL")]
    [InlineData(2, "logprobs", "MODEL", "--ids", "1,x")]
    [InlineData(2, "logprobs", "MODEL")]
    [InlineData(4, "logprobs", "MODEL", "--ids", "1,99999")]
    [InlineData(4, "embed", "MODEL", "text")]
    [InlineData(2, "run", "MODEL", "--json")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--temperature", "3")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--activations", "12")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--kv-memory", "lots")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--threads", "0")]
    [InlineData(4, "run", "MODEL", "--prompt", "x", "--context", "1000000")]
    [InlineData(3, "perplexity", "MODEL", "/no/such/file")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--pack", "w5")]
    [InlineData(2, "run", "MODEL", "--prompt", "x", "--pack", "w8", "--activations", "16")]
    public async Task What_cannot_be_done_ends_with_its_own_code_and_one_plain_line(int code, params string[] arguments)
    {
        var run = await RunAsync([.. arguments.Select(argument => argument == "MODEL" ? Stories : argument)]);
        Assert.Equal(code, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("freehold: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_takes_a_template_or_a_model_and_says_when_the_template_refuses()
    {
        var folder = Directory.CreateTempSubdirectory("freehold-tests-").FullName;
        var template = Path.Combine(folder, "t.jinja");
        var input = Path.Combine(folder, "in.json");
        await File.WriteAllTextAsync(template, "{% if messages|length > 1 %}{{ raise_exception('one only') }}{% endif %}{{ bos_token }}{{ messages[0].content }} {{ strftime_now('%Y') }}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(input, """{"messages":[{"role":"user","content":"é"}],"bos_token":"<s>","now":"2026-11-22T09:30:00"}""", TestContext.Current.CancellationToken);
        var run = await RunAsync("render", template, input, "--json");
        Assert.Equal("""{"text":"<s>é 2026"}""", run.Output.TrimEnd());
        Assert.Equal("<s>é 2026", (await RunAsync("render", template, input)).Output);

        await File.WriteAllTextAsync(input, """{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}""", TestContext.Current.CancellationToken);
        var refused = await RunAsync("render", template, input, "--json");
        Assert.Equal(4, refused.ExitCode);
        Assert.Equal("""{"refused":"one only"}""", refused.Output.TrimEnd());

        var model = await RunAsync("render", Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"), input);
        Assert.Equal(0, model.ExitCode);
        Assert.Contains("<|im_start|>user\na<|im_end|>", model.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Logprobs_give_for_each_position_the_likeliest_next_tokens_best_first()
    {
        var run = await RunAsync("logprobs", Stories, "--ids", "1,403,407", "--top", "3", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal([1, 403, 407], run.Json["ids"]!.AsArray().Select(id => (int)id!));
        var top = run.Json["top"]!.AsArray();
        Assert.Equal(3, top.Count);
        Assert.All(top, entries =>
        {
            var logprobs = entries!.AsArray().Select(entry => (double)entry![1]!).ToList();
            Assert.Equal(3, logprobs.Count);
            Assert.Equal(logprobs.OrderDescending(), logprobs);
            Assert.InRange(logprobs.Sum(Math.Exp), 0.0, 1.0 + 1e-9);
        });
        Assert.Equal([403, 407, 261], top.Select(entries => (int)entries![0]![0]!)); // "Once", "upon", "a"
    }

    [Fact]
    public async Task Run_answers_once_with_the_same_text_each_time_and_counts_its_tokens()
    {
        var model = Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf");
        var run = await RunAsync("run", model, "--prompt", "What is the capital of France?", "--max-tokens", "12", "--context", "128", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["text", "finish_reason", "usage"], run.Json.AsObject().Select(pair => pair.Key));
        Assert.Equal("The capital of France is Paris.", (string)run.Json["text"]!);
        Assert.Equal("stop", (string)run.Json["finish_reason"]!);
        Assert.Equal((int)run.Json["usage"]!["total_tokens"]!, (int)run.Json["usage"]!["prompt_tokens"]! + (int)run.Json["usage"]!["completion_tokens"]!);
        Assert.Contains("activations 16", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_gives_a_unit_vector_a_text_or_a_line()
    {
        var model = SharedData.Require("models/all-MiniLM-L6-v2-q8_0.gguf");
        var run = await RunAsync("embed", model, "hello", "a cat", "--json");
        Assert.Equal(0, run.ExitCode);
        var vectors = run.Json["vectors"]!.AsArray().Select(vector => vector!.AsArray().Select(value => (double)value!).ToArray()).ToList();
        Assert.Equal(2, vectors.Count);
        Assert.All(vectors, vector =>
        {
            Assert.Equal(384, vector.Length);
            Assert.Equal(1, vector.Sum(value => value * value), 5);
        });
        var lines = await Executable.RunAsync(["embed", model, "--file", "-", "--json"], "hello\na cat\n", null);
        Assert.Equal(run.Output, lines.Output);
    }

    [Fact]
    public async Task Logprobs_are_those_of_the_exact_reference()
    {
        var reference = JsonNode.Parse(await File.ReadAllTextAsync(SharedData.Require("data/logits/SmolLM2-135M-Instruct-Q4_1.json"), TestContext.Current.CancellationToken))!["rows"]!.AsArray();
        var row = reference.Single(candidate => (string)candidate!["name"]! == "story")!;
        var ids = string.Join(',', row["ids"]!.AsArray().Select(id => ((int)id!).ToString(CultureInfo.InvariantCulture)));
        var run = await RunAsync("logprobs", Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"), "--ids", ids, "--json");
        var ours = run.Json["top"]!.AsArray();
        var exact = row["top"]!.AsArray();
        Assert.Equal(exact.Count, ours.Count);
        for (var position = 0; position < exact.Count; position++)
        {
            var own = ours[position]!.AsArray().ToDictionary(entry => (int)entry![0]!, entry => (double)entry![1]!);
            Assert.Equal((int)exact[position]![0]![0]!, (int)ours[position]![0]![0]!);
            foreach (var entry in exact[position]!.AsArray())
                if (own.TryGetValue((int)entry![0]!, out var logprob))
                    Assert.Equal((double)entry[1]!, logprob, 0.02);
        }
    }

    [Fact]
    public async Task Bench_gives_every_figure_it_promises_and_nothing_else_on_standard_output()
    {
        var run = await RunAsync("bench", Stories, "--prompt", "32", "--generate", "8", "--streams", "1,4", "--seconds", "1", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["prefill_tokens_per_second", "decode_tokens_per_second", "streams", "drafted_tokens", "accepted_drafted_tokens", "load_seconds", "cold_first_token_seconds", "share_of_bandwidth", "share_of_peak", "machine"], run.Json.AsObject().Select(pair => pair.Key));
        Assert.True((double)run.Json["prefill_tokens_per_second"]! > 0);
        Assert.True((double)run.Json["decode_tokens_per_second"]! > 0);
        Assert.Equal(["1", "4"], run.Json["streams"]!.AsObject().Select(pair => pair.Key));
        // Four answers so short may be over before all are being decoded: then there is no figure, and above all not 0.
        Assert.All(run.Json["streams"]!.AsObject(), pair => Assert.True(pair.Value is null || (double)pair.Value > 0));
        Assert.True((double)run.Json["machine"]!["bytes_per_second"]! > 1e8);
        Assert.Equal(0, (long)run.Json["drafted_tokens"]!);
        Assert.InRange((double)run.Json["load_seconds"]!, 0, (double)run.Json["cold_first_token_seconds"]!);
        Assert.Equal(2, (await RunAsync("bench", Stories, "--streams", "1,many")).ExitCode);
    }
}
