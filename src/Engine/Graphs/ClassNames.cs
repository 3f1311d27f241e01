using System.Buffers;

namespace ComfyFunc.Engine.Graphs;

/// <summary>The names of classes as graphs write them.</summary>
internal static class ClassNames
{
    private static readonly SearchValues<char> Taken = SearchValues.Create("&<>\"'`=");

    /// <summary>What the front end does to the names of classes when it loads a file; group nodes have a mark in theirs.</summary>
    public static string Sanitised(string type)
    {
        return type switch
        {
            "T2IAdapterLoader" => "ControlNetLoader",
            "ConditioningAverage " => "ConditioningAverage",
            "SDV_img2vid_Conditioning" => "SVD_img2vid_Conditioning",
            _ when type.StartsWith(GroupNodes.Mark, StringComparison.Ordinal) => type,
            _ when type.AsSpan().ContainsAny(Taken) => string.Concat(type.Where(c => !Taken.Contains(c))),
            _ => type,
        };
    }
}
