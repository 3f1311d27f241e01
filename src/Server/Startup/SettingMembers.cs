using System.ComponentModel.DataAnnotations;

namespace ComfyFunc.Server.Startup;

/// <summary>What the attributes of options demand of their members.</summary>
internal static class SettingMembers
{
    public static IEnumerable<SettingFault> Check(object settings, string path)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), results, validateAllProperties: true);
        return from result in results
               from member in result.MemberNames.DefaultIfEmpty("")
               select new SettingFault(member.Length == 0 ? path : $"{path}:{member}",
                   TextOf(settings, member) ?? result.ErrorMessage ?? "is wrong.");
    }

    private static string? TextOf(object settings, string member)
    {
        var property = settings.GetType().GetProperty(member);
        var value = property?.GetValue(settings);
        return property?.GetCustomAttributes(inherit: false).OfType<ValidationAttribute>().FirstOrDefault(a => !a.IsValid(value)) switch
        {
            RequiredAttribute => "is missing, and is needed.",
            MinLengthAttribute a => $"must have {a.Length} characters or more.",
            RangeAttribute range => $"must be {SettingKind.Of(property.PropertyType, range)?.Expected}.",
            _ => null,
        };
    }
}
