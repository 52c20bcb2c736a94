#!/bin/sh
# Stands in for a worker that reads HDF5: replies whatever follows the signature of the file it is given.
exec tail -c +9 <&3 >&4
