using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class SignInPlaces : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "accounts_sign_in_places",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    place = table.Column<byte[]>(type: "bytea", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_sign_in_places", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_sign_in_places_subject",
                table: "accounts_sign_in_places",
                column: "subject");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_sign_in_places");
        }
    }
}
