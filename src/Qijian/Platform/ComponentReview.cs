using System.Globalization;
using System.Reflection;

namespace Qijian.Platform;

/// <summary>The day on which packages and runtime were last gone through for newer versions. Directory.Packages.props says it, and it is built in.</summary>
public sealed record ComponentReview(DateOnly On)
{
    /// <summary>That of this program.</summary>
    public static ComponentReview OfProgram { get; } = new(DateOnly.ParseExact(
        typeof(ComponentReview).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key is "ComponentsReviewed").Value!, "yyyy-MM-dd", CultureInfo.InvariantCulture));
}
