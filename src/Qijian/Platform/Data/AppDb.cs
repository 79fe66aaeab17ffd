using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Qijian
{
    /// <summary>The one database. Each module adds its tables in its own part, beside the entity.</summary>
    internal abstract partial class AppDb(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.ApplyConfigurationsFromAssembly(typeof(AppDb).Assembly);
            foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
                property.SetColumnName(WordStart().Replace(property.Name, "_${letter}").ToLowerInvariant());
        }

        // One instant type, one day type and so on, stored the same way in both databases.
        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        {
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
            configurationBuilder.Properties<DateOnly>().HaveConversion<DayNumber>();
            configurationBuilder.Properties<Subject>().HaveConversion<SubjectText>();
            configurationBuilder.Properties<Sealed>().HaveConversion<SealedBytes>();
        }

        [GeneratedRegex("(?<=[a-z0-9])(?<letter>[A-Z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex WordStart();

        private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
            at => at.ToUnixTimeMilliseconds(), milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

        private sealed class DayNumber() : ValueConverter<DateOnly, int>(
            day => day.DayNumber, number => DateOnly.FromDayNumber(number));

        private sealed class SubjectText() : ValueConverter<Subject, string>(
            subject => subject.ToString(), text => Subject.Parse(text, null));

        private sealed class SealedBytes() : ValueConverter<Sealed, byte[]>(
            value => value.Bytes, bytes => new(bytes));
    }
}

namespace Qijian.Platform.Data
{
    /// <summary>The embedded default: one file in the data folder, nothing to start.</summary>
    internal sealed class SqliteDb(DbContextOptions<SqliteDb> options) : AppDb(options);

    /// <summary>The second database, for more than one machine.</summary>
    internal sealed class PostgresDb(DbContextOptions<PostgresDb> options) : AppDb(options);
}
