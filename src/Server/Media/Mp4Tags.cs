using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace ComfyFunc.Server.Media;

/// <summary>
/// The tags of MP4 and MOV: <c>meta</c> with <c>keys</c> and <c>ilst</c>, as ffmpeg writes names of any kind, and the comment that
/// iTunes and QuickTime know.
/// </summary>
internal static class Mp4Tags
{
    private const int MostBoxes = 1_000_000;
    private const int KeyHeader = 8;
    private const int DataHeader = 8; // Of what type the value is, and of which language.
    private const string CommentType = "\u00A9cmt";
    private const string CommentName = "comment";

    private static readonly FrozenSet<string> Stills = FrozenSet.Create("avif", "avis", "heic", "heix", "mif1", "msf1", "jxl ");

    // Stills are in boxes too, and have their EXIF elsewhere.
    public static bool Recognises(ReadOnlySpan<byte> head) => Mp4Metadata.Recognises(head)
        && !(head[4..].StartsWith("ftyp"u8) && head.Length >= 12 && Stills.Contains(Encoding.Latin1.GetString(head.Slice(8, 4))));

    public static Flaw? Read(Stream file, SavedTexts texts)
    {
        var walker = new Walker(texts);
        return Walk(file, 0, file.Length, 0, walker) ?? (walker.HasMovie ? null : new("has no moov", file.Length));
    }

    private static Flaw? Walk(Stream file, long at, long end, int depth, Walker walker)
    {
        while (end - at >= 8)
        {
            if (++walker.Boxes > MostBoxes || Mp4Metadata.BoxAt(file, at, end, depth) is not { } box)
            {
                return Flaw.CutOff(at);
            }

            walker.HasMovie |= box.Type == "moov";
            if (OfBox(file, box, depth, walker) is { } flaw)
            {
                return flaw;
            }

            at = box.End;
        }

        return null;
    }

    private static Flaw? OfBox(Stream file, Mp4Box box, int depth, Walker walker) => box.Type switch
    {
        "moov" when depth == 0 => Walk(file, box.Content, box.End, 1, walker),
        "udta" when depth <= 1 => Walk(file, box.Content, box.End, 2, walker),
        "meta" when depth is 1 or 2 => OfMeta(file, box, walker),
        CommentType when depth == 2 => OfComment(file, box, walker.Texts),
        _ => null,
    };

    // QuickTime's has no version before its boxes.
    private static Flaw? OfMeta(Stream file, Mp4Box meta, Walker walker)
    {
        var start = new byte[8];
        var content = InPlace.TryRead(file, meta.Content, start) && start.AsSpan(4).StartsWith("hdlr"u8) ? meta.Content : meta.Content + 4;
        var names = new List<string>();
        for (var at = content; meta.End - at >= 8;)
        {
            if (++walker.Boxes > MostBoxes || Mp4Metadata.BoxAt(file, at, meta.End, 3) is not { } box)
            {
                return Flaw.CutOff(at);
            }

            var flaw = box.Type switch
            {
                "keys" => ReadKeys(file, box, names),
                "ilst" => ReadItems(file, box, names, walker),
                _ => null,
            };
            if (flaw is not null)
            {
                return flaw;
            }

            at = box.End;
        }

        return null;
    }

    private static Flaw? ReadKeys(Stream file, Mp4Box keys, List<string> names)
    {
        var header = new byte[KeyHeader];
        for (var at = keys.Content + 8; keys.End - at >= KeyHeader;) // Behind the version and the count.
        {
            if (!InPlace.TryRead(file, at, header) || BinaryPrimitives.ReadUInt32BigEndian(header) is var length && length < KeyHeader
                || length > keys.End - at)
            {
                return new("has a key of a tag that goes on beyond its end", at);
            }

            var name = new byte[Math.Min(64, length - KeyHeader)];
            names.Add(InPlace.TryRead(file, at + KeyHeader, name) ? Encoding.UTF8.GetString(name) : "");
            at += length;
        }

        return null;
    }

    private static Flaw? ReadItems(Stream file, Mp4Box list, List<string> names, Walker walker)
    {
        for (var at = list.Content; list.End - at >= 8;)
        {
            if (++walker.Boxes > MostBoxes || Mp4Metadata.BoxAt(file, at, list.End, 4) is not { } item)
            {
                return Flaw.CutOff(at);
            }

            if (NameOf(item.Type, names) is { } name && SavedTexts.Wants(name) && ReadItem(file, item, name, walker.Texts) is { } flaw)
            {
                return flaw;
            }

            at = item.End;
        }

        return null;
    }

    private static Flaw? ReadItem(Stream file, Mp4Box item, string name, SavedTexts texts) =>
        Mp4Metadata.BoxAt(file, item.Content, item.End, 5) is not { Type: "data" } data ? new("has a tag without a value", item.Content)
        : AddText(file, data.Content + DataHeader, data.End, name, texts);

    // 16 bits of length, which are too few, and a language.
    private static Flaw? OfComment(Stream file, Mp4Box comment, SavedTexts texts) =>
        AddText(file, comment.Content + 4, comment.End, CommentName, texts);

    private static Flaw? AddText(Stream file, long start, long end, string name, SavedTexts texts)
    {
        if (end - start > texts.Left)
        {
            return SavedTexts.TooLong(start);
        }

        var text = new byte[Math.Max(0, end - start)];
        return InPlace.TryRead(file, start, text) ? texts.Add(name, text, start) : Flaw.CutOff(start);
    }

    // What is in keys is named by its place there, beginning with one.
    private static string? NameOf(string type, List<string> names)
    {
        var place = BinaryPrimitives.ReadUInt32BigEndian(Encoding.Latin1.GetBytes(type));
        return type == CommentType ? CommentName : place >= 1 && place <= names.Count ? names[(int)place - 1] : null;
    }

    private sealed class Walker(SavedTexts texts)
    {
        public SavedTexts Texts => texts;

        public int Boxes { get; set; }

        public bool HasMovie { get; set; }
    }
}
