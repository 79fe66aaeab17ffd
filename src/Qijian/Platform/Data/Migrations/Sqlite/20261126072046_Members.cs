using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Members : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "told_of_policy",
                table: "accounts_members",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "accounts_passkeys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    credential_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    public_key = table.Column<byte[]>(type: "BLOB", nullable: false),
                    device = table.Column<byte[]>(type: "BLOB", nullable: false),
                    sign_count = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_passkeys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_profiles",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: true),
                    email = table.Column<byte[]>(type: "BLOB", nullable: true),
                    email_proved_at = table.Column<long>(type: "INTEGER", nullable: true),
                    company = table.Column<byte[]>(type: "BLOB", nullable: true),
                    department = table.Column<byte[]>(type: "BLOB", nullable: true),
                    position = table.Column<byte[]>(type: "BLOB", nullable: true),
                    industry = table.Column<byte[]>(type: "BLOB", nullable: true),
                    avatar = table.Column<byte[]>(type: "BLOB", nullable: true),
                    @public = table.Column<int>(name: "public", type: "INTEGER", nullable: false),
                    page = table.Column<Guid>(type: "TEXT", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_profiles", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_roles",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    staff = table.Column<string>(type: "TEXT", nullable: false),
                    role = table.Column<int>(type: "INTEGER", nullable: false),
                    granted_by = table.Column<string>(type: "TEXT", nullable: true),
                    granted_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_by = table.Column<string>(type: "TEXT", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_roles", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_second_factors",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    secret = table.Column<byte[]>(type: "BLOB", nullable: false),
                    step = table.Column<long>(type: "INTEGER", nullable: false),
                    recovery_codes = table.Column<byte[]>(type: "BLOB", nullable: false),
                    on_since = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_second_factors", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "accounts_social_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    provider = table.Column<int>(type: "INTEGER", nullable: false),
                    provider_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    provider_index = table.Column<byte[]>(type: "BLOB", nullable: false),
                    nickname = table.Column<byte[]>(type: "BLOB", nullable: true),
                    linked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_social_links", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_trainings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    staff = table.Column<string>(type: "TEXT", nullable: false),
                    course = table.Column<string>(type: "TEXT", nullable: false),
                    passed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    valid_until = table.Column<long>(type: "INTEGER", nullable: false),
                    written_by = table.Column<string>(type: "TEXT", nullable: false),
                    written_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_by = table.Column<string>(type: "TEXT", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_trainings", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_passkeys_credential_id",
                table: "accounts_passkeys",
                column: "credential_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_passkeys_subject",
                table: "accounts_passkeys",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_profiles_page",
                table: "accounts_profiles",
                column: "page",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_roles_staff",
                table: "accounts_roles",
                column: "staff");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_roles_subject_role",
                table: "accounts_roles",
                columns: new[] { "subject", "role" },
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_social_links_provider_index",
                table: "accounts_social_links",
                column: "provider_index",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_social_links_subject_provider",
                table: "accounts_social_links",
                columns: new[] { "subject", "provider" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_trainings_staff",
                table: "accounts_trainings",
                column: "staff");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_passkeys");

            migrationBuilder.DropTable(
                name: "accounts_profiles");

            migrationBuilder.DropTable(
                name: "accounts_roles");

            migrationBuilder.DropTable(
                name: "accounts_second_factors");

            migrationBuilder.DropTable(
                name: "accounts_social_links");

            migrationBuilder.DropTable(
                name: "accounts_trainings");

            migrationBuilder.DropColumn(
                name: "told_of_policy",
                table: "accounts_members");
        }
    }
}
