"""The parts of the SAS transport (XPORT) version 5 format; the doors are xpt and xpt_read."""
