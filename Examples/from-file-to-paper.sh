#!/bin/sh
# From a file to a sentence in a paper: from-file-to-paper.sh DATA FOLDER [MINUTES]
# DATA has the parts train, valid and test; what is written goes into FOLDER. The guide "Is my model good?" explains it.
set -eu
data=$1
folder=$2
minutes=${3:-10}

# What is there: columns, ranges, what is missing.
flowctl inspect "$data"

# The density, chosen on the validation rows.
flowctl fit "$data" -o "$folder/model.h5" --minutes "$minutes" --force

# How good it is, on rows that no decision has seen: nats per row, a verdict on draws, a verdict on uncertainties.
flowctl density "$folder/model.h5" "$data:/test"
flowctl compare "$folder/model.h5" "$data:/test" -o "$folder/compare.html" --force
flowctl calibrate "$folder/model.h5" "$data:/test" --rows 500

# Everything on one page, for the supplement.
flowctl report "$folder/model.h5" "$data:/test" -o "$folder/report.html" --brief --force
