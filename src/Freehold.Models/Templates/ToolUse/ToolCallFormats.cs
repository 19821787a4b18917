namespace Freehold.Models.Templates.ToolUse;

/// <summary>The families whose calls are read, each as its published templates write them.</summary>
public static class ToolCallFormats
{
    /// <summary>Hermes, Qwen 2.5 and 3, Granite 4, Bielik, MiMo, Reka: an object between tags.</summary>
    public static ToolCallFormat Hermes { get; } = new() { Name = "hermes", CallOpens = "<tool_call>\n", CallCloses = "\n</tool_call>", Separator = "\n" };

    /// <summary>What this engine asks of a model whose template has no tools: written as Hermes writes (<see cref="GenericToolForm"/>).</summary>
    public static ToolCallFormat Generic { get; } = Hermes with { Name = "generic" };

    /// <summary>Llama 3.1 to 3.3: the answer is one object. <c>&lt;|python_tag|&gt;</c> may stand before it.</summary>
    public static ToolCallFormat Llama3 { get; } = new()
    {
        Name = "llama-3",
        AlsoOpens = ["<|python_tag|>"],
        ArgumentsKey = "parameters",
        BeginsAnswer = true,
        Several = false,
    };

    /// <summary>Mistral up to tokenizer v7: a list.</summary>
    public static ToolCallFormat MistralList { get; } = new() { Name = "mistral-list", Opens = "[TOOL_CALLS]", List = true, Separator = " " };

    /// <summary>Mistral from tokenizer v11 on: the name as text, the arguments behind it.</summary>
    public static ToolCallFormat MistralNamed { get; } = new()
    {
        Name = "mistral-named",
        CallOpens = "[TOOL_CALLS]",
        Body = ToolCallBody.NameBeforeArguments,
        IdOpens = "[CALL_ID]",
        NameEnds = "[ARGS]",
    };

    /// <summary>Granite 3: a list behind a tag.</summary>
    public static ToolCallFormat Granite3 { get; } = new() { Name = "granite-3", Opens = "<|tool_call|>", AlsoOpens = ["<tool_call>"], List = true, Separator = " " };

    /// <summary>Phi-4-mini: a list between tags, or behind <c>functools</c>.</summary>
    public static ToolCallFormat Phi4Mini { get; } = new()
    {
        Name = "phi-4-mini",
        Opens = "<|tool_call|>",
        AlsoOpens = ["functools"],
        Closes = "<|/tool_call|>",
        List = true,
        Separator = " ",
    };

    /// <summary>Firefunction: a list behind a word.</summary>
    public static ToolCallFormat Functools { get; } = new() { Name = "functools", Opens = " functools", List = true, Separator = " " };

    /// <summary>Command R and R+: a list in a code block behind <c>Action:</c>.</summary>
    public static ToolCallFormat CommandR { get; } = new()
    {
        Name = "command-r",
        Opens = "Action:\n```json\n",
        Closes = "\n```",
        List = true,
        Separator = "\n",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
    };

    /// <summary>Command R7B and Command A: a list with ids between tags.</summary>
    public static ToolCallFormat CommandR7B { get; } = new()
    {
        Name = "command-r7b",
        Opens = "<|START_ACTION|>",
        Closes = "\n<|END_ACTION|>",
        List = true,
        CallOpens = "\n    ",
        IdKey = "tool_call_id",
        NameKey = "tool_name",
        ArgumentsKey = "parameters",
    };

    /// <summary>DeepSeek R1 and its distillations: arguments in a code block.</summary>
    public static ToolCallFormat DeepSeekR1 { get; } = new()
    {
        Name = "deepseek-r1",
        Opens = "<｜tool▁calls▁begin｜>",
        Closes = "<｜tool▁calls▁end｜>",
        Separator = "\n",
        Body = ToolCallBody.NameBeforeArguments,
        CallOpens = "<｜tool▁call▁begin｜>function<｜tool▁sep｜>",
        NameEnds = "\n```json\n",
        CallCloses = "\n```<｜tool▁call▁end｜>",
    };

    /// <summary>DeepSeek V3.1: arguments behind the name.</summary>
    public static ToolCallFormat DeepSeekV31 { get; } = new()
    {
        Name = "deepseek-v3.1",
        Opens = "<｜tool▁calls▁begin｜>",
        Closes = "<｜tool▁calls▁end｜>",
        Body = ToolCallBody.NameBeforeArguments,
        CallOpens = "<｜tool▁call▁begin｜>",
        NameEnds = "<｜tool▁sep｜>",
        CallCloses = "<｜tool▁call▁end｜>",
    };

    /// <summary>Functionary 3.1 (and Llama 3.1's custom form): the name in the tag.</summary>
    public static ToolCallFormat FunctionTag { get; } = new()
    {
        Name = "function-tag",
        CallOpens = "<function=",
        Body = ToolCallBody.NameBeforeArguments,
        NameEnds = ">",
        CallCloses = "</function>",
    };

    /// <summary>Nemotron Nano 2: a list between tags.</summary>
    public static ToolCallFormat Nemotron { get; } = new() { Name = "nemotron", Opens = "<TOOLCALL>", Closes = "</TOOLCALL>", List = true, Separator = " " };

    /// <summary>Apriel: a list between tags.</summary>
    public static ToolCallFormat Apriel { get; } = new() { Name = "apriel", Opens = "<tool_calls>", Closes = "</tool_calls>", List = true, Separator = " " };

    /// <summary>MiniMax M1: an object a line between tags.</summary>
    public static ToolCallFormat MiniMaxM1 { get; } = new() { Name = "minimax-m1", Opens = "<tool_calls>\n", Closes = "\n</tool_calls>", Separator = "\n" };

    /// <summary>GigaChat 3.1: one object behind a tag.</summary>
    public static ToolCallFormat GigaChat { get; } = new() { Name = "gigachat-3.1", CallOpens = "<|function_call|>", Several = false };
}
