#!/bin/bash
# What Homeward's DAGs and pages read from their environment, for Amazon MWAA: it runs this on every scheduler, worker
# and web server before Airflow starts. Edit a copy: homeward package-mwaa --startup COPY. Nothing secret belongs here.

# Name of the stack that `homeward deploy --stack` made, in the environment's account and region.
export HOMEWARD_STACK="homeward"

# A source is asked only with its operator's permission: "WHO; YYYY-MM-DD; WHICH PERMISSION" (docs/deployment.md).
export HOMEWARD_NAMUS_URL="https://www.namus.gov"
export HOMEWARD_NAMUS_AUTHORITY=""
export HOMEWARD_NAMUS_CONTACT=""
export HOMEWARD_FBI_AUTHORITY=""
export HOMEWARD_FBI_CONTACT=""

# Each worker keeps this pace for itself: divide it by --max-workers, if that is more than 1.
export HOMEWARD_NAMUS_REQUESTS_PER_SECOND="1"
export HOMEWARD_FBI_REQUESTS_PER_SECOND="1"
