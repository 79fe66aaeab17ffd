namespace Qijian.Modules.Shared;

/// <summary>Layout, error pages and the words of errors, for every module.</summary>
public static class SharedModule
{
    /// <summary>Words problem+json in the language of the request, where whoever answers has not.</summary>
    public static IServiceCollection AddShared(this IServiceCollection services) => services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
    {
        var problem = context.ProblemDetails;
        var (heading, advice) = ErrorModel.WordsOf(problem.Status ?? StatusCodes.Status500InternalServerError);
        problem.Title = heading;
        problem.Detail ??= advice;
    });
}
