using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Qijian.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "registry_changes",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    companies = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_changes", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "registry_companies",
                columns: table => new
                {
                    number = table.Column<int>(type: "integer", nullable: false),
                    id = table.Column<string>(type: "text", nullable: true),
                    type = table.Column<byte>(type: "smallint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    name_key = table.Column<long>(type: "bigint", nullable: true),
                    registration_number = table.Column<string>(type: "text", nullable: true),
                    lei = table.Column<string>(type: "text", nullable: true),
                    stock_code = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<byte>(type: "smallint", nullable: true),
                    province = table.Column<string>(type: "text", nullable: true),
                    city = table.Column<string>(type: "text", nullable: true),
                    founded_on = table.Column<int>(type: "integer", nullable: true),
                    capital = table.Column<long>(type: "bigint", nullable: true),
                    capital_currency = table.Column<string>(type: "text", nullable: true),
                    legal_form = table.Column<string>(type: "text", nullable: true),
                    industry = table.Column<string>(type: "text", nullable: true),
                    legal_representative = table.Column<string>(type: "text", nullable: true),
                    identified = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_companies", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "registry_datasets",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    publisher = table.Column<string>(type: "text", nullable: true),
                    url = table.Column<string>(type: "text", nullable: true),
                    basis = table.Column<byte>(type: "smallint", nullable: false),
                    fictional = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_datasets", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "registry_imports",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    dataset_id = table.Column<int>(type: "integer", nullable: false),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    retrieved_at = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    finished_at = table.Column<long>(type: "bigint", nullable: true),
                    read = table.Column<long>(type: "bigint", nullable: false),
                    added = table.Column<long>(type: "bigint", nullable: false),
                    changed = table.Column<long>(type: "bigint", nullable: false),
                    unchanged = table.Column<long>(type: "bigint", nullable: false),
                    rejected = table.Column<long>(type: "bigint", nullable: false),
                    rejected_bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_imports", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "registry_people",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<string>(type: "text", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_people", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "registry_records",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    dataset_id = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<string>(type: "text", nullable: true),
                    hash = table.Column<long>(type: "bigint", nullable: false),
                    statements = table.Column<byte[]>(type: "bytea", nullable: false),
                    first_import = table.Column<int>(type: "integer", nullable: false),
                    last_import = table.Column<int>(type: "integer", nullable: false),
                    superseded_by = table.Column<int>(type: "integer", nullable: true),
                    joined_by_name = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_records", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "registry_relations",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    from_company = table.Column<int>(type: "integer", nullable: true),
                    from_person = table.Column<long>(type: "bigint", nullable: true),
                    party_name = table.Column<string>(type: "text", nullable: true),
                    party_type = table.Column<byte>(type: "smallint", nullable: false),
                    role = table.Column<string>(type: "text", nullable: true),
                    share = table.Column<int>(type: "integer", nullable: true),
                    share_minimum = table.Column<int>(type: "integer", nullable: true),
                    share_maximum = table.Column<int>(type: "integer", nullable: true),
                    amount = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "text", nullable: true),
                    valid_from = table.Column<int>(type: "integer", nullable: true),
                    valid_to = table.Column<int>(type: "integer", nullable: true),
                    record = table.Column<long>(type: "bigint", nullable: false),
                    in_latest = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_relations", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "registry_retired_ids",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    successor = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_registry_retired_ids", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_registry_companies_id",
                table: "registry_companies",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_registry_companies_lei",
                table: "registry_companies",
                column: "lei",
                filter: "lei IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_registry_companies_name_key",
                table: "registry_companies",
                column: "name_key");

            migrationBuilder.CreateIndex(
                name: "IX_registry_companies_registration_number",
                table: "registry_companies",
                column: "registration_number",
                filter: "registration_number IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_registry_datasets_name",
                table: "registry_datasets",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_registry_imports_dataset_id_fingerprint",
                table: "registry_imports",
                columns: new[] { "dataset_id", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "IX_registry_people_id",
                table: "registry_people",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_registry_relations_from_company",
                table: "registry_relations",
                column: "from_company",
                filter: "from_company IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_registry_relations_from_person",
                table: "registry_relations",
                column: "from_person",
                filter: "from_person IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "registry_changes");

            migrationBuilder.DropTable(
                name: "registry_companies");

            migrationBuilder.DropTable(
                name: "registry_datasets");

            migrationBuilder.DropTable(
                name: "registry_imports");

            migrationBuilder.DropTable(
                name: "registry_people");

            migrationBuilder.DropTable(
                name: "registry_records");

            migrationBuilder.DropTable(
                name: "registry_relations");

            migrationBuilder.DropTable(
                name: "registry_retired_ids");
        }
    }
}
