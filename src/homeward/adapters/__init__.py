"""The only place that speaks to AWS and to web servers; every module here implements a port."""
