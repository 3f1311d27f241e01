using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>One connection with the commands that it has prepared. Not for two threads at once.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>What the log's name has more than the database's.</summary>
    public const string LogSuffix = "-wal";

    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private readonly SqliteConnection connection;

    /// <param name="pragmas">Run once, at opening.</param>
    public SqliteSession(string connectionString, string pragmas)
    {
        connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            Say(pragmas);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs SQL that is said once.</summary>
    public void Say(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs SQL that answers nothing.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Command(sql, parameters).ExecuteNonQuery();

    /// <summary>The first column of the first row; <see langword="null"/> without one.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Command(sql, parameters).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Every row, as <paramref name="read"/> makes it.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Command(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Whether its files lie no longer where they were opened, or are gone.</summary>
    public bool HasMoved => SqliteFile.HasMoved(connection.Handle!) || !File.Exists(connection.DataSource + LogSuffix); // It is open.

    /// <summary>Copies the whole database as it is now.</summary>
    public void CopyTo(SqliteSession other) => connection.BackupDatabase(other.connection);

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            prepared[sql] = command;
        }

        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
