using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Postgres
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
                    id = table.Column<byte[]>(type: "bytea", nullable: false),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_attempts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_codes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    use = table.Column<int>(type: "integer", nullable: false),
                    phone_index = table.Column<byte[]>(type: "bytea", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    digits = table.Column<int>(type: "integer", nullable: false),
                    issued_at = table.Column<long>(type: "bigint", nullable: false),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_codes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_guardians",
                columns: table => new
                {
                    subject = table.Column<string>(type: "text", nullable: false),
                    phone = table.Column<byte[]>(type: "bytea", nullable: false),
                    agreed_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_guardians", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_members",
                columns: table => new
                {
                    subject = table.Column<string>(type: "text", nullable: false),
                    phone = table.Column<byte[]>(type: "bytea", nullable: true),
                    phone_index = table.Column<byte[]>(type: "bytea", nullable: true),
                    band = table.Column<byte[]>(type: "bytea", nullable: false),
                    minor = table.Column<bool>(type: "boolean", nullable: false),
                    password = table.Column<string>(type: "text", nullable: true),
                    english = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_members", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_sessions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    key_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    device = table.Column<byte[]>(type: "bytea", nullable: false),
                    method = table.Column<int>(type: "integer", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    seen_at = table.Column<long>(type: "bigint", nullable: false),
                    ends_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_sessions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_sign_ins",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    method = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<int>(type: "integer", nullable: false),
                    device = table.Column<byte[]>(type: "bytea", nullable: false),
                    device_index = table.Column<byte[]>(type: "bytea", nullable: true),
                    at = table.Column<long>(type: "bigint", nullable: false)
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
