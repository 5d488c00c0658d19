# The same in an image without a shell: docker build --file distroless.Dockerfile .
FROM node:22-slim AS installed
WORKDIR /app
COPY package.json package-lock.json ./
COPY vendor ./vendor
RUN npm ci --omit=dev

FROM gcr.io/distroless/nodejs22-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production
COPY --from=installed /app/node_modules ./node_modules
COPY main.mjs ./
CMD ["main.mjs"]
