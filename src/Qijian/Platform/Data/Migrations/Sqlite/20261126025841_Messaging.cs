using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Messaging : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "messaging_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    template = table.Column<string>(type: "TEXT", nullable: false),
                    @class = table.Column<int>(name: "class", type: "INTEGER", nullable: false),
                    channel = table.Column<int>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    receipt = table.Column<string>(type: "TEXT", nullable: true),
                    subject_reference = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_inbox",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    template = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: true),
                    content = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    read_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_inbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_queue",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    template = table.Column<string>(type: "TEXT", nullable: false),
                    channel = table.Column<int>(type: "INTEGER", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: true),
                    content = table.Column<byte[]>(type: "BLOB", nullable: true),
                    queued_at = table.Column<long>(type: "INTEGER", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: false),
                    lease = table.Column<Guid>(type: "TEXT", nullable: true),
                    leased_until = table.Column<long>(type: "INTEGER", nullable: true),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    handed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    result = table.Column<int>(type: "INTEGER", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_queue", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_suppressions",
                columns: table => new
                {
                    value = table.Column<byte[]>(type: "BLOB", nullable: false),
                    applied_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_suppressions", x => x.value);
                });

            migrationBuilder.CreateIndex(
                name: "IX_messaging_deliveries_at",
                table: "messaging_deliveries",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_messaging_deliveries_subject_reference_at",
                table: "messaging_deliveries",
                columns: new[] { "subject_reference", "at" },
                filter: "subject_reference IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_messaging_inbox_subject_at",
                table: "messaging_inbox",
                columns: new[] { "subject", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_messaging_inbox_subject_key",
                table: "messaging_inbox",
                columns: new[] { "subject", "key" },
                unique: true,
                filter: "key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_messaging_queue_due_at",
                table: "messaging_queue",
                column: "due_at",
                filter: "result IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_messaging_queue_subject_channel_key",
                table: "messaging_queue",
                columns: new[] { "subject", "channel", "key" },
                unique: true,
                filter: "key IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "messaging_deliveries");

            migrationBuilder.DropTable(
                name: "messaging_inbox");

            migrationBuilder.DropTable(
                name: "messaging_queue");

            migrationBuilder.DropTable(
                name: "messaging_suppressions");
        }
    }
}
