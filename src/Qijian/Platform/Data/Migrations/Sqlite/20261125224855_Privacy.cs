using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Privacy : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "privacy_checkpoints",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    head = table.Column<byte[]>(type: "BLOB", nullable: false),
                    signature = table.Column<byte[]>(type: "BLOB", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_checkpoints", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "privacy_consent_events",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    record = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject_reference = table.Column<byte[]>(type: "BLOB", nullable: false),
                    kind = table.Column<byte>(type: "INTEGER", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", nullable: false),
                    recipient = table.Column<string>(type: "TEXT", nullable: true),
                    categories = table.Column<string>(type: "TEXT", nullable: false),
                    basis = table.Column<int>(type: "INTEGER", nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    clauses = table.Column<string>(type: "TEXT", nullable: false),
                    notice_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    collection_point = table.Column<string>(type: "TEXT", nullable: false),
                    method = table.Column<byte>(type: "INTEGER", nullable: false),
                    retention = table.Column<string>(type: "TEXT", nullable: false),
                    storage_location = table.Column<string>(type: "TEXT", nullable: false),
                    jurisdiction = table.Column<string>(type: "TEXT", nullable: false),
                    withdrawal_method = table.Column<string>(type: "TEXT", nullable: false),
                    occurred_at = table.Column<long>(type: "INTEGER", nullable: false),
                    recorded_at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    previous_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_consent_events", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "privacy_egress",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    recipient = table.Column<string>(type: "TEXT", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", nullable: false),
                    basis = table.Column<int>(type: "INTEGER", nullable: false),
                    channel = table.Column<string>(type: "TEXT", nullable: false),
                    host = table.Column<string>(type: "TEXT", nullable: false),
                    categories = table.Column<string>(type: "TEXT", nullable: false),
                    subject_reference = table.Column<byte[]>(type: "BLOB", nullable: true),
                    outcome = table.Column<byte>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_egress", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "privacy_evidence",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    topic = table.Column<string>(type: "TEXT", nullable: false),
                    payload = table.Column<string>(type: "TEXT", nullable: false),
                    previous_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_evidence", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "privacy_key_stores",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_key_stores", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "privacy_notices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    subject_reference = table.Column<byte[]>(type: "BLOB", nullable: true),
                    channel = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    delivered = table.Column<bool>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_notices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "privacy_policy_versions",
                columns: table => new
                {
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    registry_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    content = table.Column<byte[]>(type: "BLOB", nullable: false),
                    change = table.Column<byte>(type: "INTEGER", nullable: false),
                    published_at = table.Column<long>(type: "INTEGER", nullable: false),
                    effective_from = table.Column<long>(type: "INTEGER", nullable: false),
                    approved_by = table.Column<string>(type: "TEXT", nullable: false),
                    activated_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_policy_versions", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "privacy_restrictions",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_restrictions", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "privacy_reveals",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    staff = table.Column<string>(type: "TEXT", nullable: false),
                    subject_reference = table.Column<byte[]>(type: "BLOB", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", nullable: false),
                    category = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<byte[]>(type: "BLOB", nullable: false),
                    allowed = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_privacy_reveals", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_privacy_consent_events_subject_reference",
                table: "privacy_consent_events",
                column: "subject_reference");

            migrationBuilder.CreateIndex(
                name: "IX_privacy_egress_at",
                table: "privacy_egress",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_privacy_egress_subject_reference",
                table: "privacy_egress",
                column: "subject_reference",
                filter: "subject_reference IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_privacy_evidence_kind_topic_sequence",
                table: "privacy_evidence",
                columns: new[] { "kind", "topic", "sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_privacy_notices_version_subject_reference",
                table: "privacy_notices",
                columns: new[] { "version", "subject_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_privacy_reveals_subject_reference",
                table: "privacy_reveals",
                column: "subject_reference");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "privacy_checkpoints");

            migrationBuilder.DropTable(
                name: "privacy_consent_events");

            migrationBuilder.DropTable(
                name: "privacy_egress");

            migrationBuilder.DropTable(
                name: "privacy_evidence");

            migrationBuilder.DropTable(
                name: "privacy_key_stores");

            migrationBuilder.DropTable(
                name: "privacy_notices");

            migrationBuilder.DropTable(
                name: "privacy_policy_versions");

            migrationBuilder.DropTable(
                name: "privacy_restrictions");

            migrationBuilder.DropTable(
                name: "privacy_reveals");
        }
    }
}
