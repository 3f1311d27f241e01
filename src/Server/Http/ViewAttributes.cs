namespace ComfyFunc.Server.Http;

/// <summary>Marks a record that answers show, with the name of its schema: descriptions say it once.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ViewAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>The words of which a text, or each of several, is one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WordsAttribute(params string[] words) : Attribute
{
    public string[] Words => words;
}

/// <summary>What a text is, by the names of JSON Schema.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FormatAttribute(string format) : Attribute
{
    public string Format => format;
}
