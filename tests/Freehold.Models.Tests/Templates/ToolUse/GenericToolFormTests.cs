using System.Text.Json.Nodes;
using Freehold.Models.Files;
using Freehold.Models.Templates;
using Freehold.Models.Templates.ToolUse;
using Freehold.Tests;
using Xunit;

namespace Freehold.Models.Tests.Templates.ToolUse;

public sealed class GenericToolFormTests
{
    private static readonly JsonArray _tools = [JsonNode.Parse("""{"type": "function", "function": {"name": "get_weather", "description": "Weather at a place", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}""")];

    private static readonly JsonArray _messages = JsonNode.Parse("""
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather in Lyon?"},
         {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Lyon\"}"}}]},
         {"role": "tool", "tool_call_id": "1", "content": "21"}, {"role": "tool", "tool_call_id": "2", "content": "22"}, {"role": "user", "content": "Thanks"}]
        """)!.AsArray();

    [Fact]
    public void The_embedded_models_prompt_tells_of_tools_calls_and_results()
    {
        using var file = GgufFile.Open(Path.Combine(SharedData.Root, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"));
        var template = ChatTemplate.Parse(file.Metadata.GetString("tokenizer.chat_template"));
        var format = AnswerFormat.Of(template);
        Assert.Equal(("generic", ToolsPlace.Generic), (format.Family, format.Tools));

        var input = new JsonObject { ["messages"] = GenericToolForm.Write(_messages, _tools, template.SupportsSystemRole), ["add_generation_prompt"] = true };
        var prompt = template.Render(input, new TemplateSettings()).Text;

        Assert.Contains("Be brief.\n\nYou can call tools.", prompt, StringComparison.Ordinal);
        Assert.Contains("{\"name\":\"get_weather\",\"description\":\"Weather at a place\"", prompt, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>assistant\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Lyon\"}}\n</tool_call><|im_end|>", prompt, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>user\n<tool_response>\n21\n</tool_response>\n<tool_response>\n22\n</tool_response><|im_end|>", prompt, StringComparison.Ordinal);
        Assert.EndsWith("<|im_start|>user\nThanks<|im_end|>\n<|im_start|>assistant\n", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_system_role_the_first_user_message_carries_the_tools()
    {
        var written = GenericToolForm.Write([JsonNode.Parse("""{"role": "user", "content": "Hi"}""")], _tools, hasSystemRole: false);
        var content = Assert.Single(written)!["content"]!.GetValue<string>();
        Assert.StartsWith("You can call tools.", content, StringComparison.Ordinal);
        Assert.EndsWith("\n\nHi", content, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_given_stay_as_they_are()
    {
        var before = _messages.ToJsonString();
        GenericToolForm.Write(_messages, _tools, hasSystemRole: true);
        Assert.Equal(before, _messages.ToJsonString());
    }
}
