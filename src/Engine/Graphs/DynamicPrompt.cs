using System.Text;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Resolves the choices of a dynamic prompt, <c>{a|b}</c>, and takes its comments out.</summary>
internal static class DynamicPrompt
{
    private const int Deepest = 32;

    public static DynamicText Process(string text, Func<int, int>? draw)
    {
        if (!text.AsSpan().ContainsAny('{', '/', '\\') && !text.Contains('}', StringComparison.Ordinal))
        {
            return new(text, false, false, false);
        }

        var run = new Run(draw);
        var processed = run.Process(text, 0);
        return new(processed, run.HasChoices, run.HasAddress, run.IsTooDeep);
    }

    private sealed class Run(Func<int, int>? draw)
    {
        public bool HasChoices { get; private set; }

        public bool HasAddress { get; private set; }

        public bool IsTooDeep { get; private set; }

        public string Process(string source, int depth)
        {
            if (depth > Deepest)
            {
                IsTooDeep = true;
                return source;
            }

            var text = WithoutComments(source);
            var result = new StringBuilder();
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] is '\\' && i + 1 < text.Length)
                {
                    result.Append('\\').Append(text[++i]);
                }
                else if (text[i] is '{')
                {
                    result.Append(Choice(text, ref i, depth));
                }
                else
                {
                    result.Append(text[i]);
                }
            }

            return Unescaped(result.ToString());
        }

        // From an opening brace to its closing one, or to the end.
        private string Choice(string text, ref int i, int depth)
        {
            var options = new List<string>();
            var option = new StringBuilder();
            var open = 0;
            for (i++; i < text.Length; i++)
            {
                var c = text[i];
                if (c is '\\' && i + 1 < text.Length)
                {
                    option.Append(c).Append(text[++i]);
                    continue;
                }

                if (c is '}' && open == 0)
                {
                    break;
                }

                open += c switch { '{' => 1, '}' => -1, _ => 0 };
                if (c is '|' && open == 0)
                {
                    options.Add(option.ToString());
                    option.Clear();
                }
                else
                {
                    option.Append(c);
                }
            }

            options.Add(option.ToString());
            HasChoices |= options.Count > 1;
            var drawn = draw?.Invoke(options.Count) ?? 0;
            return Process(options[Math.Clamp(drawn, 0, options.Count - 1)], depth + 1);
        }

        private string WithoutComments(string text)
        {
            if (!text.Contains('/', StringComparison.Ordinal))
            {
                return text;
            }

            var kept = new StringBuilder(text.Length);
            var last = text.LastIndexOf("*/", StringComparison.Ordinal);
            for (var i = 0; i < text.Length; i++)
            {
                var isStart = text[i] is '/' && i + 1 < text.Length;
                if (isStart && text[i + 1] is '*' && last >= i + 2)
                {
                    i = text.IndexOf("*/", i + 2, StringComparison.Ordinal) + 1;
                }
                else if (isStart && text[i + 1] is '/' && i > 0 && text[i - 1] is ':')
                {
                    HasAddress = true;
                    kept.Append("//");
                    i++;
                }
                else if (isStart && text[i + 1] is '/')
                {
                    while (i + 1 < text.Length && text[i + 1] is not ('\n' or '\r' or '\u2028' or '\u2029'))
                    {
                        i++;
                    }
                }
                else
                {
                    kept.Append(text[i]);
                }
            }

            return kept.ToString();
        }

        private static string Unescaped(string text) => text.Contains('\\', StringComparison.Ordinal)
            ? text.Replace("\\{", "{", StringComparison.Ordinal).Replace("\\}", "}", StringComparison.Ordinal)
                .Replace("\\|", "|", StringComparison.Ordinal)
            : text;
    }
}

/// <summary>A dynamic prompt once it is resolved.</summary>
/// <param name="HasChoices">Whether anything was drawn.</param>
/// <param name="HasAddress">Whether it has an address that the browser would cut.</param>
/// <param name="IsTooDeep">Whether its braces lie deeper in each other than is followed.</param>
internal sealed record DynamicText(string Text, bool HasChoices, bool HasAddress, bool IsTooDeep);
