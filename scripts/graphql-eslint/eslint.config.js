// The conventions that schema.graphql keeps. Every rule of the two presets is on; what is set otherwise says why.
import { fileURLToPath } from "node:url";

import graphql from "@graphql-eslint/eslint-plugin";

const recommended = graphql.configs["flat/schema-recommended"].rules;
const relay = graphql.configs["flat/schema-relay"].rules;

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: fileURLToPath(new URL("../../schema.graphql", import.meta.url)) } },
    },
    rules: {
      ...recommended,
      ...relay,
      // The generator writes a text of one line on one line, and only a longer one as a block.
      "@graphql-eslint/description-style": "off",
      // What is no object of its own, but says something about others, is not read again by an id.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            types: ["AuditOrigin", "PageInfo", "TaskUpdate", "Viewer"],
            suffixes: ["Connection", "Count", "Counts", "Edge", "Error", "Payload"],
          },
        },
      ],
      // Lists of what is no node, or is asked for by ids, are short and have no pages.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      "@graphql-eslint/require-deprecation-date": "error",
      "@graphql-eslint/require-deprecation-reason": "error",
      "@graphql-eslint/input-name": [
        "error",
        // The type begins with a capital: createTask takes a CreateTaskInput.
        { checkInputType: true, caseSensitiveInputType: false },
      ],
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",
      "@graphql-eslint/require-nullable-result-in-root": "error",
    },
  },
];
