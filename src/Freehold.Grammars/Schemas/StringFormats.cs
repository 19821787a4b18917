namespace Freehold.Grammars.Schemas;

/// <summary>
/// The formats of strings, as patterns that match them whole. Each matches a subset of what ajv-formats accepts (in its full mode): where a format has spellings that nobody
/// writes (an IPv6 zone, a lower-case T), they are left out.
/// </summary>
internal static class StringFormats
{
    private const string Date = @"(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))|" +
        @"(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
    private const string Clock = @"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?";
    private const string Zone = @"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)";
    private const string Days = @"\d{1,9}D";
    private const string Months = @"\d{1,9}M(?:" + Days + ")?";
    private const string Seconds = @"\d{1,9}S";
    private const string Minutes = @"\d{1,9}M(?:" + Seconds + ")?";
    private const string Times = "T(?:" + @"\d{1,9}H(?:" + Minutes + ")?|" + Minutes + "|" + Seconds + ")";
    private const string Duration = @"P(?:\d{1,9}W|(?:\d{1,9}Y(?:" + Months + ")?|" + Months + "|" + Days + ")(?:" + Times + ")?|" + Times + ")";
    private const string Byte = @"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";
    private const string Ipv4 = Byte + @"(?:\." + Byte + "){3}";
    // No hyphen beside another: what looks like punycode might not be.
    private const string Label = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,30}";
    private const string Host = Label + @"(?:\." + Label + "){0,6}";
    private const string Group = "[0-9A-Fa-f]{1,4}";
    private const string Ipv6 = "(?:" + Group + ":){7}" + Group + "|(?:" + Group + ":){1,7}:|(?:" + Group + ":){1,6}:" + Group + "|(?:" + Group + ":){1,5}(?::" + Group + "){1,2}|(?:" + Group + ":){1,4}(?::" + Group +
        "){1,3}|(?:" + Group + ":){1,3}(?::" + Group + "){1,4}|(?:" + Group + ":){1,2}(?::" + Group + "){1,5}|" + Group + ":(?::" + Group + "){1,6}|:(?:(?::" + Group + "){1,7}|:)";
    private const string PathCharacter = @"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
    private const string Query = @"(?:\?(?:" + PathCharacter + @"|[/?])*)?(?:#(?:" + PathCharacter + "|[/?])*)?";
    private const string Tail = "(?:/" + PathCharacter + "*)*" + Query;
    private const string Relative = "(?:/(?:" + PathCharacter + "+(?:/" + PathCharacter + @"*)*)?|(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})+(?:/" + PathCharacter + "*)*)?";
    private const string Scheme = @"[A-Za-z][A-Za-z0-9+\-.]*:";
    private const string Authority = "//" + Host + "(?::[0-9]{1,5})?";
    private const string PointerTokens = "(?:/(?:[^~/]|~0|~1)*)*";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

    /// <summary>The formats that are enforced, for messages.</summary>
    public const string Names = "date, time, date-time, duration, uuid, email, hostname, ipv4, ipv6, uri, uri-reference, json-pointer, relative-json-pointer, byte; for numbers int32, int64, float, double";

    /// <summary>Whether a format asserts nothing of strings.</summary>
    public static bool IsNoAssertion(string name) => name is "int32" or "int64" or "float" or "double" or "password" or "binary";

    /// <summary>The pattern, or null where the format isn't known.</summary>
    public static string? Pattern(string name) => name switch
    {
        "date" => Date,
        "time" or "iso-time" => Clock + Zone,
        "date-time" or "iso-date-time" => Date + "T" + Clock + Zone,
        "duration" => Duration,
        "uuid" => "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
        "email" => Atom + @"(?:\." + Atom + ")*@" + Label + @"(?:\." + Label + "){1,6}",
        "hostname" => Host,
        "ipv4" => Ipv4,
        "ipv6" => Ipv6,
        "uri" => Scheme + "(?:" + Authority + Tail + "|(?:/?" + PathCharacter + "+)" + Tail + ")",
        "uri-reference" => "(?:(?:" + Scheme + ")?" + Authority + Tail + "|" + Relative + Query + ")",
        "json-pointer" => PointerTokens,
        "relative-json-pointer" => "(?:0|[1-9][0-9]{0,8})(?:#|" + PointerTokens + ")",
        "byte" => "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
        _ => null,
    };
}
