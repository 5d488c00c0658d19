# The same in Alpine, with the package for musl: docker build --file alpine.Dockerfile .
FROM node:22-alpine AS installed
WORKDIR /app
COPY package.json package-lock.json ./
COPY vendor ./vendor
RUN npm ci --omit=dev

FROM node:22-alpine
WORKDIR /app
ENV NODE_ENV=production
COPY --from=installed /app/node_modules ./node_modules
COPY main.mjs ./
USER node
CMD ["node", "main.mjs"]
