using System.Data.Common;

namespace Freehold.Storage;

/// <summary>A database inside one unit of work. Not to be kept.</summary>
public sealed class Session
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;

    internal Session(DbConnection connection, DbTransaction? transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement; values are named <c>$name</c>.</param>
    /// <param name="values">Its values; null is NULL.</param>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>All rows of a query.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes something of a row.</param>
    /// <param name="values">Its values.</param>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row of a query; default where there is none.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes something of a row.</param>
    /// <param name="values">Its values.</param>
    public T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    private DbCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // statements are constants of the callers; what comes from outside goes by parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = _transaction;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
