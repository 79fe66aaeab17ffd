using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Accounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "accounts_attempts",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_attempts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_codes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    use = table.Column<int>(type: "INTEGER", nullable: false),
                    phone_index = table.Column<byte[]>(type: "BLOB", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    digits = table.Column<int>(type: "INTEGER", nullable: false),
                    issued_at = table.Column<long>(type: "INTEGER", nullable: false),
                    failures = table.Column<int>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_codes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_guardians",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    phone = table.Column<byte[]>(type: "BLOB", nullable: false),
                    agreed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_guardians", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_members",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    phone = table.Column<byte[]>(type: "BLOB", nullable: true),
                    phone_index = table.Column<byte[]>(type: "BLOB", nullable: true),
                    band = table.Column<byte[]>(type: "BLOB", nullable: false),
                    minor = table.Column<bool>(type: "INTEGER", nullable: false),
                    password = table.Column<string>(type: "TEXT", nullable: true),
                    english = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_members", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_sessions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    key_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    device = table.Column<byte[]>(type: "BLOB", nullable: false),
                    method = table.Column<int>(type: "INTEGER", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_sessions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_sign_ins",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    method = table.Column<int>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", nullable: false),
                    device = table.Column<byte[]>(type: "BLOB", nullable: false),
                    device_index = table.Column<byte[]>(type: "BLOB", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_sign_ins", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_codes_phone_index_issued_at",
                table: "accounts_codes",
                columns: new[] { "phone_index", "issued_at" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_members_phone_index",
                table: "accounts_members",
                column: "phone_index",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_sessions_key_hash",
                table: "accounts_sessions",
                column: "key_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_sessions_subject",
                table: "accounts_sessions",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_sign_ins_subject_at",
                table: "accounts_sign_ins",
                columns: new[] { "subject", "at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_attempts");

            migrationBuilder.DropTable(
                name: "accounts_codes");

            migrationBuilder.DropTable(
                name: "accounts_guardians");

            migrationBuilder.DropTable(
                name: "accounts_members");

            migrationBuilder.DropTable(
                name: "accounts_sessions");

            migrationBuilder.DropTable(
                name: "accounts_sign_ins");
        }
    }
}
