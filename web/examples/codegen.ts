import type { CodegenConfig } from "@graphql-codegen/cli";

// Types for the documents in this folder, checked against the API's contract; documents stay strings, so that nothing of
// `graphql` is needed when they are sent.
const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["*.ts", "!codegen.ts"],
  generates: {
    "gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { Cursor: "string", DateTime: "string", JSON: "unknown", UUID: "string" },
      },
    },
  },
  importExtension: ".ts",
};

export default config;
