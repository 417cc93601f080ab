# The room server with its page and its embedded media engine.
#
#   docker build -t atrium . && docker run --rm --network host atrium
#
# Without the network of the host, media needs its ports published and an address that browsers reach (docs/media.md):
#
#   docker run --rm -p 8080:8080 -p 40000-40199:40000-40199/udp -e MEDIA_UDP_PORTS=40000-40199 \
#     -e MEDIA_ANNOUNCED_ADDRESSES=192.0.2.10 atrium
#
# With TLS, a TURN server or a Kurento Media Server beside it: docker-compose.yml.

FROM node:24-bookworm-slim AS build
WORKDIR /atrium
COPY package.json package-lock.json ./
COPY vendor ./vendor
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build


FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /atrium
COPY package.json package-lock.json ./
# reconnect-ws is a package of this repository: npm links to it, so the folder has to be there.
COPY vendor ./vendor
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY --from=build /atrium/dist ./dist
# A new volume gets the owner of the folder that it covers. /atrium itself belongs to root, and the server writes nothing there.
RUN mkdir -p /data/recordings /data/files /data/state && chown -R node:node /data

USER node
EXPOSE 8080
# Media, when the embedded engine serves it (MEDIA_UDP_PORTS). With so many ports, --network host is the way.
EXPOSE 40000-49999/udp
# Asks the server of the same variables and the same file (ATRIUM_CONFIG) whether it can serve media.
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s --retries=3 \
  CMD ["node", "dist/src/main.js", "health"]
CMD ["node", "dist/src/main.js"]
