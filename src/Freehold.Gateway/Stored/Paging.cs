using System.Data.Common;
using Freehold.Storage;

namespace Freehold.Gateway.Stored;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="After">The id behind which it begins; null from the beginning.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="IsAscending">The oldest first.</param>
internal readonly record struct PageRequest(string? After, int Limit, bool IsAscending);

/// <summary>A part of a list.</summary>
/// <param name="Rows">What it holds.</param>
/// <param name="HasMore">Whether there is more behind it.</param>
internal readonly record struct Page<T>(IReadOnlyList<T> Rows, bool HasMore)
{
    /// <summary>Reads one row more than asked for, which tells whether there is more.</summary>
    public static Page<T> Of(PageRequest page, Func<int, List<T>> read)
    {
        var rows = read(page.Limit + 1);
        var more = rows.Count > page.Limit;
        return new Page<T>(more ? rows[..page.Limit] : rows, more);
    }
}

/// <summary>An item of a response or of a conversation, as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Json">Its JSON.</param>
internal readonly record struct StoredItem(string Id, string Json)
{
    public static StoredItem Read(DbDataReader row) => new(row.GetString(0), row.GetString(1));

    /// <summary>A page of a list whose rows have a position.</summary>
    /// <param name="session">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="key">The column that names the list.</param>
    /// <param name="list">The list.</param>
    /// <param name="condition">What else must hold, beginning with AND; may be empty.</param>
    /// <param name="page">Which part.</param>
    public static Page<StoredItem> ReadPage(Session session, string table, string key, string list, string condition, PageRequest page)
    {
        var (than, order) = page.IsAscending ? (">", "ASC") : ("<", "DESC");
        var after = page.After is null ? "" : $"AND position {than} (SELECT position FROM {table} WHERE {key} = $list AND id = $after)";
        return Page<StoredItem>.Of(page, limit => session.Query(
            $"SELECT id, json FROM {table} WHERE {key} = $list {condition} {after} ORDER BY position {order} LIMIT $limit", Read,
            ("$list", list), ("$after", page.After), ("$limit", limit)));
    }
}
