# An image of migrations alone: the migrator and a folder of SQL, from scratch. The build context is that folder. A change to
# one file makes one new layer, the last.
ARG MIGRATOR_IMAGE=ecs-migrate/migrator
FROM ${MIGRATOR_IMAGE}
# Readable for the user without rights, whatever the umask of the checkout.
COPY --chmod=0555 . /app/migrations/
