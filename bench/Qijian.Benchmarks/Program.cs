return args.FirstOrDefault() switch
{
    "search-build" => Qijian.Benchmarks.SearchBench.Build(args),
    "search-query" => Qijian.Benchmarks.SearchBench.Query(args),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("search-build [FILE] | search-query [FILE]");
    return 2;
}
