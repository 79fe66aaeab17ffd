using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Postgres
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
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    template = table.Column<string>(type: "text", nullable: false),
                    @class = table.Column<int>(name: "class", type: "integer", nullable: false),
                    channel = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    receipt = table.Column<string>(type: "text", nullable: true),
                    subject_reference = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_inbox",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    template = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: true),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    read_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_inbox", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_queue",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    template = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<string>(type: "text", nullable: true),
                    content = table.Column<byte[]>(type: "bytea", nullable: true),
                    queued_at = table.Column<long>(type: "bigint", nullable: false),
                    due_at = table.Column<long>(type: "bigint", nullable: false),
                    lease = table.Column<Guid>(type: "uuid", nullable: true),
                    leased_until = table.Column<long>(type: "bigint", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    handed_at = table.Column<long>(type: "bigint", nullable: true),
                    result = table.Column<int>(type: "integer", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messaging_queue", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_suppressions",
                columns: table => new
                {
                    value = table.Column<byte[]>(type: "bytea", nullable: false),
                    applied_at = table.Column<long>(type: "bigint", nullable: false)
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
