using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Qijian.Tests;

/// <summary>A connection to the database that is gone at one step: before a command, before a commit, or after it, so that the writer never hears that it is done.</summary>
internal sealed class FailAt(int step = int.MaxValue) : DbCommandInterceptor, IDbTransactionInterceptor
{
    private int left = step;

    /// <summary>Fails at the step with this number from here on, once.</summary>
    public void Arm(int at) => left = at;

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(Next(result, command.CommandText));

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) => new(Next(result, command.CommandText));

    public ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) => new(Next(result, "commit"));

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Next(0, "committed");
        return Task.CompletedTask;
    }

    private T Next<T>(T result, string what) => what.Contains("= NORMAL", StringComparison.Ordinal) || left == int.MaxValue || Interlocked.Decrement(ref left) != -1 ? result : throw new IOException("The connection is gone.");
}
