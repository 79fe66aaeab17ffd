using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Postgres
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "accounts_profiles",
                columns: table => new
                {
                    subject = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: true),
                    email = table.Column<byte[]>(type: "bytea", nullable: true),
                    email_proved_at = table.Column<long>(type: "bigint", nullable: true),
                    company = table.Column<byte[]>(type: "bytea", nullable: true),
                    department = table.Column<byte[]>(type: "bytea", nullable: true),
                    position = table.Column<byte[]>(type: "bytea", nullable: true),
                    industry = table.Column<byte[]>(type: "bytea", nullable: true),
                    avatar = table.Column<byte[]>(type: "bytea", nullable: true),
                    @public = table.Column<int>(name: "public", type: "integer", nullable: false),
                    page = table.Column<Guid>(type: "uuid", nullable: true),
                    ended_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_profiles", x => x.subject);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_profiles_page",
                table: "accounts_profiles",
                column: "page",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_profiles");

            migrationBuilder.DropColumn(
                name: "told_of_policy",
                table: "accounts_members");
        }
    }
}
