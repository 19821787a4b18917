using System.Net;
using Freehold.Gateway.Tests.Serving;

namespace Freehold.Gateway.Tests.Tokens;

public class TokenTests
{
    private static async Task<string> AskAsync(string path, string body)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var (status, answer) = await gateway.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.OK, status);
        return answer.ToJsonString();
    }

    [Fact]
    public async Task A_text_becomes_ids_with_the_names_of_control_tokens_parsed_and_nothing_added()
    {
        Assert.Equal("""{"tokens":[256,97,98]}""", await AskAsync("/tokenize", """{"model":"parrot","content":"[s]ab"}"""));
        Assert.Equal("""{"tokens":[91,115,93]}""", await AskAsync("/tokenize", """{"model":"parrot","content":"[s]","parse_special":false}"""));
        Assert.Equal("""{"tokens":[256,97]}""", await AskAsync("/tokenize", """{"model":"parrot","content":"a","add_special":true}"""));
        Assert.Equal("""{"tokens":[]}""", await AskAsync("/tokenize", """{"model":"parrot","content":""}"""));
    }

    [Fact]
    public async Task A_piece_that_is_no_whole_character_is_given_as_bytes() =>
        Assert.Equal("""{"tokens":[{"id":97,"piece":"a"},{"id":195,"piece":[195]},{"id":169,"piece":[169]}]}""", await AskAsync("/tokenize", """{"model":"parrot","content":"aé","with_pieces":true}"""));

    [Fact]
    public async Task Ids_become_the_text_again() =>
        Assert.Equal("""{"content":"[s]\u00E9"}""", await AskAsync("/detokenize", """{"model":"parrot","tokens":[256,195,169]}"""));

    [Fact]
    public async Task A_conversation_is_shown_as_the_model_gets_it_with_the_rule()
    {
        Assert.Equal(
            """{"prompt":"\u003Csystem\u003Eone\u003Cuser\u003Etwo\u003Cassistant\u003E","tokens":31,"messages":[{"role":"system","content":"one"},{"role":"user","content":"two"}],"rule":"every message is shown as it is"}""",
            await AskAsync("/apply-template", """{"model":"parrot","messages":[{"role":"developer","content":"one"},{"role":"user","content":"two"}]}"""));
        Assert.Contains("\"prompt\":\"\\u003Cuser\\u003Exglad\"", await AskAsync("/apply-template",
            """{"model":"parrot","messages":[{"role":"user","content":"x"}],"add_generation_prompt":false,"chat_template_kwargs":{"mood":"glad"}}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tokenize", "{\"model\":\"parrot\"}", "content")]
    [InlineData("/tokenize", "{\"content\":\"two models are served\"}", "model")]
    [InlineData("/tokenize", "{\"model\":\"org/lengths\",\"content\":\"its tokens are not known\"}", "model")]
    [InlineData("/tokenize", "{\"model\":\"parrot\",\"content\":\"x\",\"add_bos\":true}", "add_bos")]
    [InlineData("/detokenize", "{\"model\":\"parrot\",\"tokens\":[1,257]}", "tokens[1]")]
    [InlineData("/detokenize", "{\"model\":\"parrot\",\"tokens\":[-1]}", "tokens[0]")]
    [InlineData("/detokenize", "{\"model\":\"parrot\",\"tokens\":\"x\"}", "tokens")]
    [InlineData("/apply-template", "{\"model\":\"parrot\",\"messages\":[]}", "messages")]
    [InlineData("/apply-template", "{\"model\":\"parrot\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":1}", "temperature")]
    [InlineData("/apply-template", "{\"model\":\"parrot\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"chat_template_kwargs\":{\"messages\":[]}}", "chat_template_kwargs.messages")]
    public async Task What_cannot_be_honoured_is_refused_by_name(string path, string body, string param)
    {
        await using var gateway = await RunningGateway.StartAsync(text: new ByteText());
        var (status, answer) = await gateway.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)answer["error"]!["param"]!);
    }
}
