// Writes src/gen: the stubs, by buf, and the catalogue of reasons. Both come from the contracts beside this package.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const contracts = "../../proto";
if (!existsSync(`${contracts}/target/imports/buf/validate/validate.proto`)) {
  console.error("What the contracts import is not unpacked yet. Run ./quantdesk up once, or: mvn -f proto/pom.xml generate-sources");
  process.exit(1);
}
rmSync("src/gen", { recursive: true, force: true });
execFileSync("./node_modules/.bin/buf", ["generate"], { stdio: "inherit" });

const reasons = JSON.parse(readFileSync(`${contracts}/reasons.json`, "utf8"));
const entries = reasons.map(({ reason, ...rest }) => `  ${reason}: ${JSON.stringify(rest)},`);
writeFileSync(
  "src/gen/reasons.ts",
  `// Generated from proto/reasons.json.\nexport const REASONS = {\n${entries.join("\n")}\n} as const;\n`,
);
