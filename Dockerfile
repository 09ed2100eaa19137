# syntax=docker/dockerfile:1

# One image for everything of ours: the API (the default command) and the worker
# (`node dist/worker/main.js`). Only the settings differ; docs/operations.md lists them.

FROM node:22.23.3-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build \
  && npm prune --omit=dev --no-audit --no-fund
# The Temporal SDK ships its native part for five platforms, 148 MB; this image is one of them.
RUN set -eu; \
  case "$(node -p process.arch)" in \
    x64) keep=x86_64-unknown-linux-gnu ;; \
    arm64) keep=aarch64-unknown-linux-gnu ;; \
    *) echo "the Temporal SDK has no native part for $(node -p process.arch)" >&2; exit 1 ;; \
  esac; \
  cd node_modules/@temporalio/core-bridge/releases; \
  test -d "$keep"; \
  find . -mindepth 1 -maxdepth 1 ! -name "$keep" -exec rm -rf {} +

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# Volumes take over the owner of the folder they are mounted on.
RUN mkdir -p /var/lib/crescendo/envoy /var/lib/crescendo/processes \
  && chown -R node:node /var/lib/crescendo
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/deploy ./deploy
COPY --from=build /app/examples ./examples
COPY LICENSE ./
USER node
EXPOSE 8080
# Of the API; a worker has none of its own, so docker-compose.yml replaces it there.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "deploy/crescendo/answers.mjs", "http://127.0.0.1:8080/healthz"]
CMD ["node", "dist/api/main.js"]
