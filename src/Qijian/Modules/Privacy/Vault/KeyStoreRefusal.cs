using Qijian.Platform.Data;

namespace Qijian.Modules.Privacy;

/// <summary>Why the key store keeps the site from starting, and what to restore from where. New keys are never made in place of lost ones.</summary>
internal static class KeyStoreRefusal
{
    public static ConfigurationException Missing(string path) => new($"""
        密钥库不完整：缺少 {path}。没有它，已封存的个人信息无法打开，因此本站不启动，也不另造密钥。请从密钥备份（与数据库备份分开保存）恢复 {Path.GetDirectoryName(path)} 中的 {MasterKey.FileName} 与 {KeyStore.FileName}；若密钥库在别处，请设置 Keys:Folder。
        The key store is not whole: {path} is missing. Without it sealed personal data cannot be opened, so the site does not start and makes no new keys. Restore {MasterKey.FileName} and {KeyStore.FileName} in {Path.GetDirectoryName(path)} from the backup of keys, which is kept apart from that of the database; if the key store is elsewhere, set Keys:Folder.
        """);

    public static ConfigurationException Damaged(string path) => new($"""
        {path} 已损坏，本站不启动，也不另造密钥。请从密钥备份恢复该文件。
        {path} is damaged: the site does not start and makes no new keys. Restore the file from the backup of keys.
        """);

    public static ConfigurationException Mismatched(string folder, string master, string store) => new($"""
        {folder} 中的 {MasterKey.FileName}（指纹 {master}）与 {KeyStore.FileName}（指纹 {store}）不是一套，其中之一被替换过。请从同一份密钥备份恢复这两个文件。
        In {folder}, {MasterKey.FileName} (fingerprint {master}) and {KeyStore.FileName} (fingerprint {store}) do not belong together: one was replaced. Restore both from one backup of keys.
        """);

    public static ConfigurationException Replaced(string folder, string found, string expected) => new($"""
        数据库属于指纹为 {expected} 的密钥库，而 {folder} 中是指纹为 {found} 的密钥库。请从密钥备份恢复属于本数据库的密钥库，或把 Keys:Folder 设为它所在的文件夹。
        The database belongs to the key store with fingerprint {expected}, but {folder} holds the one with fingerprint {found}. Restore the key store of this database from the backup of keys, or set Keys:Folder to where it is.
        """);

    public static ConfigurationException Unmarked(string folder) => new($"""
        数据库中有已封存的个人信息，却没有记录它属于哪个密钥库（表 privacy_key_stores 为空），因此不能采用 {folder}。请从备份完整恢复数据库，并从密钥备份恢复与它相配的密钥库。
        The database holds sealed personal data but does not say which key store it belongs to (the table privacy_key_stores is empty), so {folder} is not adopted. Restore the whole database from its backup, and the key store that goes with it from the backup of keys.
        """);
}
