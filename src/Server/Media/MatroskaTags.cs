using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>The tags of WebM and Matroska: names and texts.</summary>
internal static class MatroskaTags
{
    private const int MostElements = 1_000_000;
    private const int LongestName = 64;

    private const uint Tags = 0x1254C367;
    private const uint Tag = 0x7373;
    private const uint SimpleTag = 0x67C8;
    private const uint TagName = 0x45A3;
    private const uint TagString = 0x4487;

    public static Flaw? Read(Stream file, SavedTexts texts)
    {
        if (MatroskaMetadata.ElementAt(file, 0, file.Length) is not { IsOpen: false } header
            || MatroskaMetadata.ElementAt(file, header.End, file.Length) is not { Id: MatroskaMetadata.Segment } segment)
        {
            return Flaw.CutOff(0);
        }

        var elements = 0;
        return Walk(file, segment, texts, ref elements);
    }

    private static Flaw? Walk(Stream file, MatroskaElement parent, SavedTexts texts, ref int elements)
    {
        var (name, text) = ((MatroskaElement?)null, (MatroskaElement?)null);
        for (var at = parent.Content; at < parent.End;)
        {
            if (++elements > MostElements || MatroskaMetadata.ElementAt(file, at, parent.End) is not { } element)
            {
                return Flaw.CutOff(at);
            }

            // The parts of a cluster of unknown length are taken for the segment's.
            at = element.IsOpen ? element.Content : element.End;
            if (element.IsOpen && element.Id != MatroskaMetadata.Cluster)
            {
                return new("has an element of unknown length where none may be", element.Start);
            }

            if ((parent.Id, element.Id) is (MatroskaMetadata.Segment, Tags) or (Tags, Tag) or (Tag, SimpleTag)
                && Walk(file, element, texts, ref elements) is { } flaw)
            {
                return flaw;
            }

            name = (parent.Id, element.Id) is (SimpleTag, TagName) ? element : name;
            text = (parent.Id, element.Id) is (SimpleTag, TagString) ? element : text;
        }

        return name is { } called && text is { } told ? AddText(file, called, told, texts) : null;
    }

    private static Flaw? AddText(Stream file, MatroskaElement name, MatroskaElement text, SavedTexts texts)
    {
        var called = new byte[(int)Math.Min(LongestName, name.End - name.Content)];
        if (!InPlace.TryRead(file, name.Content, called) || Encoding.UTF8.GetString(called).TrimEnd('\0') is var known
            && !SavedTexts.Wants(known))
        {
            return null;
        }

        if (text.End - text.Content > texts.Left)
        {
            return SavedTexts.TooLong(text.Start);
        }

        var told = new byte[(int)(text.End - text.Content)];
        return InPlace.TryRead(file, text.Content, told) ? texts.Add(known, told, text.Start) : Flaw.CutOff(text.Start);
    }
}
