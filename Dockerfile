# One image for every role; the command names the role: serve, serve --no-worker, worker, migrate.
# It holds the jar that was built outside: mvn -DskipTests package

FROM eclipse-temurin:25-jre AS extract
WORKDIR /build
COPY api/target/filemill-api-*-exec.jar filemill.jar
RUN java -Djarmode=tools -jar filemill.jar extract --layers --destination layers

FROM eclipse-temurin:25-jre
# The ids are fixed so that a volume keeps its owner from one image to the next.
RUN groupadd --gid 10001 filemill \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/filemill --shell /usr/sbin/nologin filemill \
 && install -d -o filemill -g filemill -m 0750 /var/lib/filemill
WORKDIR /opt/filemill
# From what changes least to what changes most.
COPY --from=extract /build/layers/dependencies/ ./
COPY --from=extract /build/layers/spring-boot-loader/ ./
COPY --from=extract /build/layers/snapshot-dependencies/ ./
COPY --from=extract /build/layers/application/ ./
ENV FILEMILL_DATA_DIR=/var/lib/filemill \
    FILEMILL_HOST=0.0.0.0 \
    FILEMILL_PORT=8080 \
    FILEMILL_DASHBOARD_PORT=8000 \
    FILEMILL_WORKER_HEALTH_PORT=8081
# With its classes and how they are linked in a cache a process starts in less time. It comes from ingesting a file with a database of its own, and keeps
# nothing of how that short run compiled methods, since they would never be compiled any better. Without a cache everything works as well.
RUN install -d -o filemill -g filemill cache
USER 10001:10001
RUN FILEMILL_DATA_DIR=/tmp/first FILEMILL_HOST=127.0.0.1 FILEMILL_DASHBOARD_PORT=0 FILEMILL_WORKER_HEALTH_PORT= \
    java -Xlog:disable -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining \
    --enable-native-access=ALL-UNNAMED -XX:AOTCacheOutput=cache/filemill.aot -jar filemill.jar ingest /etc/os-release >/dev/null 2>&1 \
    ; rm -rf /tmp/first
EXPOSE 8080 8000 8081
STOPSIGNAL SIGTERM
# The image has no curl: bash itself asks. Right for the roles that answer HTTP.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/$FILEMILL_PORT && printf 'GET /actuator/health/readiness HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["java", "-XX:AOTCache=/opt/filemill/cache/filemill.aot", "-XX:+UseSerialGC", "-XX:Tier4InvocationThreshold=100000", "-XX:Tier4MinInvocationThreshold=12000", "-XX:Tier4CompileThreshold=300000", "-XX:Tier4BackEdgeThreshold=800000", "-Xms32m", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "-Dfilemill.program=filemill", "-jar", "filemill.jar"]
CMD ["serve"]
