"""Graphs beyond what one writer takes: those who read write them too, as files that are loaded later.

    DIR/reports-KEY.nq.gz   a shard: the graphs of some documents, and which version read them
    DIR/reports-KEY.json    what is in it, its checksum, and which documents have failed
    DIR/manifest.json       which shards there are; written last, so a folder that has one is complete

A key is a hash of the documents (their paths, times and sizes) and of the version that reads them: a shard
that is there, with the checksum that was noted of it, need not be made again. `DIR` is a folder that all
machines share, or an address that fsspec knows, such as s3://BUCKET/PATH.
"""
